class RegressionDataset(Dataset):
    def __init__(self, x, y):
        self.x, self.y = x.view(-1, 1), y

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index], self.y[index]
