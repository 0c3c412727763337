solved = RegressionModel


class RegressionModel(solved):
    def reset_grad(self):
        self.w.zero_()
        self.b.zero_()
