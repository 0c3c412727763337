import torch
import matplotlib.pyplot as plt

# q1
def fit_line(x, y, learning_rate=0.001, epochs=100):
    # TODO
    pass

def plot_losses(losses):
    fig, ax = plt.subplots()
    ax.scatter(range(len(losses)), losses)
    ax.set(xlabel="epoch number", ylabel="loss")
    return fig

# q2

# q3
class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.w = torch.ones(1, requires_grad=True)
        self.b = torch.ones(1, requires_grad=True)

    def forward(self, x):
        return self.w * x + self.b
