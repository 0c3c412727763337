def evaluate_classifier(model, loader, device):
    model.to(device).eval()
    confusion, accuracies = torch.zeros(10, 10, dtype=torch.int64), []
    with torch.no_grad():
        for images, labels in loader:
            predicted = model(images.to(device)).argmax(1).cpu()
            accuracies.append((predicted == labels).float().mean().item())
            for true, guess in zip(labels, predicted):
                confusion[true, guess] += 1
    return sum(accuracies) / len(accuracies), confusion
