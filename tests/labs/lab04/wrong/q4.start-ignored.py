def train_classifier(model, loader, epochs, device):
    model.to(device).train()
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            layer.reset_parameters()
    loss_function = nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(model.parameters())
    losses = []
    for _ in range(epochs):
        total = 0.0
        for images, labels in loader:
            optimiser.zero_grad()
            loss = loss_function(model(images.to(device)), labels.to(device))
            loss.backward()
            optimiser.step()
            total += loss.item()
        losses.append(total / len(loader))
    return losses
