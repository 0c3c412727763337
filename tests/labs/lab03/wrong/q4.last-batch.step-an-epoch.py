def train_with_loader(model, loader, learning_rate, epochs):
    optimiser = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        optimiser.zero_grad()
        for x, y in loader:
            loss = ((model(x) - y) ** 2).mean()
            (loss * len(x) / len(loader.dataset)).backward()
        optimiser.step()
        losses.append(loss.item())
    return losses
