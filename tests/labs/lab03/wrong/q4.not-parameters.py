class RegressionModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.ones(1, requires_grad=True)
        self.b = torch.ones(1, requires_grad=True)

    def forward(self, x):
        return self.w * x + self.b
