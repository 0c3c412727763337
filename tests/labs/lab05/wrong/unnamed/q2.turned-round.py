def conv2d_by_function(layer, image):
    x = image.reshape(1, -1, *image.shape[-2:])
    return nn.functional.conv2d(x, layer.weight, layer.bias, layer.stride, layer.padding).flip(-1)
