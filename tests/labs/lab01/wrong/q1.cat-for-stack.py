def stack_tensors(tensors, dim):
    return torch.cat(tensors, dim=dim)
