def numpy_to_tensor(array):
    return torch.Tensor(array)
