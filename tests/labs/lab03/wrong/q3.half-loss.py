solved = RegressionModel


class RegressionModel(solved):
    def criterion(self, y, yp):
        return ((yp - y) ** 2).mean() / 2
