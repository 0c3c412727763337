def train_regression_model(model, x, y, epochs=100):
    losses = []
    for _ in range(epochs):
        model.criterion(y, model.forward(x)).backward()
        with torch.no_grad():
            model.update()
        model.reset_grad()
        losses.append(model.criterion(y, model.forward(x)))
    return losses
