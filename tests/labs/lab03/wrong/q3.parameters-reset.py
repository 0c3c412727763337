solved = RegressionModel


class RegressionModel(solved):
    def reset_grad(self):
        self.w = torch.zeros(1, requires_grad=True)
        self.b = torch.zeros(1, requires_grad=True)
