def relu_da_dw_manual(x, w, b):
    da_dv, dv_du, du_dw = 1, 1, x
    return da_dv * dv_du * du_dw
