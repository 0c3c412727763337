def train_with_loader(model, loader, learning_rate, epochs):
    optimiser = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x, y in loader:
            loss = ((model(x) - y) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(x)
        losses.append(total / len(x))
    return losses
