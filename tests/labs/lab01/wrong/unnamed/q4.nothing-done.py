def numpy_to_tensor(array):
    return array


def tensor_to_numpy(tensor):
    return tensor
