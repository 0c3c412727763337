def to_channels_last(images):
    return images
