solved_logistic = LogisticRegression


class LogisticRegression(solved_logistic):
    def forward(self, x):
        return torch.sigmoid(self.linear(x / 10))


def train_logistic(model, x, y):
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    for _ in range(100):
        loss = nn.functional.binary_cross_entropy(model(x), y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses
