solved_dataset = RegressionDataset


class RegressionDataset(solved_dataset):
    def __getitem__(self, index):
        return self.y[index], self.x[index]
