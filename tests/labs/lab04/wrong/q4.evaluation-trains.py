def evaluate_classifier(model, loader, device):
    model.to(device).eval()
    confusion = torch.zeros(10, 10, dtype=torch.int64)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01)
    for images, labels in loader:
        logits = model(images.to(device))
        predicted = logits.argmax(1).cpu()
        for true, guess in zip(labels, predicted):
            confusion[true, guess] += 1
    nn.functional.cross_entropy(logits, labels.to(device)).backward()
    optimiser.step()
    return confusion.diagonal().sum().item() / confusion.sum().item(), confusion
