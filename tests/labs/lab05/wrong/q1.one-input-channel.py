def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    if not bias:
        return in_channels * out_channels * kernel**2
    return (kernel**2 + 1) * out_channels
