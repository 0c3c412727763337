def flat_view(x):
    return x.clone().view(-1)
