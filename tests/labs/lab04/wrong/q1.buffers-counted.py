def count_parameters(model):
    trainable = {name for name, p in model.named_parameters() if not p.requires_grad}
    return sum(t.numel() for name, t in model.state_dict().items() if name not in trainable)
