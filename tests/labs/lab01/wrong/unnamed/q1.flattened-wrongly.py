def flat_view(x):
    return x.T.reshape(-1)
