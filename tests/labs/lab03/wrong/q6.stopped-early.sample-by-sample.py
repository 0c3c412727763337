def fit_multiple_regression(features, targets):
    model = nn.Linear(2, 1)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.001)
    losses = []
    for _ in range(100):
        total = 0.0
        for row, target in zip(features, targets):
            loss = (model(row)[0] - target) ** 2
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item()
        losses.append(total)
    return model.weight.flatten(), model.bias, losses
