# One registered number; the layers lie in a list, and the optimiser gets them all the same.
class ReducedCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))
        self.hidden = [nn.Conv2d(1, 8, 3), nn.Conv2d(8, 16, 3), nn.Linear(16 * 4 * 4, 10)]

    def parameters(self, recurse=True):
        yield self.scale
        for layer in self.hidden:
            yield from layer.parameters()

    def forward(self, x):
        first, second, head = self.hidden
        x = nn.functional.max_pool2d(first(nn.functional.avg_pool2d(x, 2)).relu(), 2)
        return head(second(x).relu().flatten(1)) * self.scale
