def conv2d_by_function(layer, image):
    same = nn.Conv2d(layer.in_channels, layer.out_channels, layer.kernel_size, layer.stride, layer.padding)
    return same(image.reshape(1, -1, *image.shape[-2:]))
