def conv2d_by_function(layer, image):
    x = image.reshape(1, -1, *image.shape[-2:])
    kernel = torch.rand(layer.weight.shape)
    return nn.functional.conv2d(x, kernel, stride=layer.stride, padding=layer.padding)
