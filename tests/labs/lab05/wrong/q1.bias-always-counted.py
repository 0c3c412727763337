def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    return sum(p.numel() for p in nn.Conv2d(in_channels, out_channels, kernel).parameters())
