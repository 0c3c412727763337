def tensor_to_numpy(tensor):
    return np.array(tensor.tolist(), dtype=float)
