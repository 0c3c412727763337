class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.learning_rate = learning_rate
        self.w = torch.ones(1, requires_grad=True)
        self.b = torch.ones(1, requires_grad=True)

    def forward(self, x):
        return self.w * x + self.b

    def update(self):
        self.w -= self.learning_rate * self.w.grad
        self.b -= self.learning_rate * self.b.grad

    def reset_grad(self):
        self.w.grad.zero_()
        self.b.grad.zero_()


def criterion(yj, y_p):
    return (yj - y_p) ** 2


def train_regression_model(model, x, y, epochs=100):
    losses = []
    for _ in range(epochs):
        loss = 0.0
        for j in range(len(x)):
            loss += criterion(y[j], model.forward(x[j]))
        loss = loss / len(x)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            model.update()
        model.reset_grad()
    return losses
