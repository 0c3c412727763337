def to_channels_last(images):
    n, c, h, w = images.shape
    return images.reshape(n, h, w, c)
