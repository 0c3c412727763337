def evaluate_classifier(model, loader, device):
    model.to(device).eval()
    confusion = torch.zeros(10, 10, dtype=torch.int64)
    with torch.no_grad():
        for images, labels in loader:
            predicted = model(images.to(device)).argmax(1).cpu()
            for true, guess in zip(labels, predicted):
                confusion[true, guess] += 1
    accuracy = confusion.diagonal().sum().item() / confusion.sum().item()
    return accuracy, confusion / confusion.sum(1, keepdim=True).clamp(min=1)
