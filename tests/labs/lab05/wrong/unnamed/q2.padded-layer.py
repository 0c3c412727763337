def make_conv_layer():
    return nn.Conv2d(1, 3, 3, padding=1, bias=False)
