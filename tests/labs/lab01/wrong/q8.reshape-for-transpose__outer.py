def multiply_pair(a, b):
    return torch.matmul(b.view(3, -1), a)
