def tensor_to_numpy(tensor):
    return tensor.numpy()
