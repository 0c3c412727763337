def numpy_to_tensor(array):
    return torch.tensor(array.tolist())
