solved = RegressionModel


class RegressionModel(solved):
    def __init__(self, learning_rate=0.001):
        super().__init__(learning_rate)
        self.w = torch.rand([1], requires_grad=True)
        self.b = torch.rand([1], requires_grad=True)
