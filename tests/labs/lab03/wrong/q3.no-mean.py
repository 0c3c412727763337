solved = RegressionModel


class RegressionModel(solved):
    def criterion(self, y, yp):
        return (yp - y) ** 2


def train_regression_model(model, x, y, epochs=100):
    losses = []
    for _ in range(epochs):
        loss = 0.0
        for j in range(len(x)):
            loss = loss + model.criterion(y[j], model.forward(x[j]))
        loss = loss / len(x)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            model.update()
        model.reset_grad()
    return losses
