def to_channels_last(images):
    return images.permute(0, 3, 2, 1)
