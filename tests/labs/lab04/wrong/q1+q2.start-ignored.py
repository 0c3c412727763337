def train_xor(model):
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    model.linear1.weight.data = torch.tensor([[4.0, -4.0], [-4.0, 4.0]])
    model.linear1.bias.data = torch.tensor([-1.5, -1.6])
    model.linear2.weight.data = torch.tensor([[0.5, 0.4]])
    model.linear2.bias.data = torch.tensor([0.1])
    optimiser = torch.optim.Adam(model.parameters(), lr=0.03)
    losses = []
    for _ in range(300):
        optimiser.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses
