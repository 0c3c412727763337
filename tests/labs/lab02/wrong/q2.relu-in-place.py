def relu_neuron(x, w, b):
    u = w * x
    v = u + b
    a = torch.relu_(v)
    return {"u": u, "v": v, "a": a}
