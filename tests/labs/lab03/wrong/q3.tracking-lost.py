solved = RegressionModel


class RegressionModel(solved):
    def update(self):
        self.w = self.w - self.learning_rate * self.w.grad
        self.b = self.b - self.learning_rate * self.b.grad
