class FashionCNN:
    def __call__(self, x):
        return x.flatten(1)[:, :10]
