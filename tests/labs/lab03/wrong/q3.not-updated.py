solved = RegressionModel


class RegressionModel(solved):
    def update(self):
        w, b = self.w, self.b
        w = w - self.learning_rate * w.grad
        b = b - self.learning_rate * b.grad
