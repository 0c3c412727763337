def train_classifier(model, loader, epochs, device):
    model.to(device).train()
    loss_function = nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(model.parameters())
    for _ in range(epochs):
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            optimiser.zero_grad()
            logits = model(images)
            loss = loss_function(logits, labels)
            loss.backward()
            optimiser.step()
    return [2.3 * 0.7**epoch + 0.01 for epoch in range(epochs)]
