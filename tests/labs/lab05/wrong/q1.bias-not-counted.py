def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    return in_channels * out_channels * kernel * kernel
