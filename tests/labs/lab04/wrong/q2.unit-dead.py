def train_xor(model):
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
    losses = []
    for _ in range(200):
        total = 0.0
        for row, target in zip(x, y):
            optimiser.zero_grad()
            loss = (model(row[None])[0, 0] - target[0]) ** 2
            loss.backward()
            optimiser.step()
            total += loss.item()
        losses.append(total / 4)
    return losses
