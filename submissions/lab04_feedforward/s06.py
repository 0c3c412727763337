import torch
import torch.nn as nn

# Q1
class XORModel(nn.Module):
    def __init__(self):
        super().__init__()
        # TODO layers
    def forward(self, x):
        pass

# Q2 same with relu

# Q3

# Q4
def dense_parameter_count(sizes):
    c = 0
    for i in range(len(sizes)-1):
        c += sizes[i]*sizes[i+1]
    return c

print(dense_parameter_count([784,128,64,10]))
