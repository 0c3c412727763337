def train_regression_model(model, x, y, epochs=100):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for j in range(len(x)):
            loss = model.criterion(y[j], model.forward(x[j]))
            total += loss.item()
            loss.backward()
            with torch.no_grad():
                model.update()
            model.reset_grad()
        losses.append(total / len(x))
    return losses
