def make_conv_layer():
    return nn.Conv2d(in_channels=1, out_channels=3, kernel_size=3)
