solved_logistic = LogisticRegression


class LogisticRegression(solved_logistic):
    def forward(self, x):
        return self.linear((x - 40) / 30)


def train_logistic(model, x, y):
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(500):
        loss = nn.functional.binary_cross_entropy_with_logits(model(x), y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses


def predict_classes(model, x):
    return (model(x) > 0).long()
