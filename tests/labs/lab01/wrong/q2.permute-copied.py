def to_channels_last(images):
    return images.permute(0, 2, 3, 1).contiguous()
