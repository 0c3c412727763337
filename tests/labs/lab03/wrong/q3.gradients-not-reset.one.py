solved = RegressionModel


class RegressionModel(solved):
    def reset_grad(self):
        self.w.grad.zero_()
