solved = RegressionModel


class RegressionModel(solved):
    def update(self):
        self.w -= 0.001 * self.w.grad
        self.b -= 0.001 * self.b.grad
