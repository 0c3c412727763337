solved = RegressionModel


class RegressionModel(solved):
    def reset_grad(self):
        pass
