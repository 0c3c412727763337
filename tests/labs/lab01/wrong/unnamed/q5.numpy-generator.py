def random_square():
    return torch.from_numpy(np.random.default_rng().random((7, 7)))
