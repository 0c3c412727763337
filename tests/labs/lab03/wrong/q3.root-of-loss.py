solved = RegressionModel


class RegressionModel(solved):
    def criterion(self, y, yp):
        return torch.sqrt(((yp - y) ** 2).mean())
