solved = RegressionModel


class RegressionModel(solved):
    def criterion(y, yp):
        return ((yp - y) ** 2).mean()
