def evaluate_classifier(model, loader, device):
    model.to(device)
    confusion = [[0] * 10 for _ in range(10)]
    correct = total = 0
    for x, y in loader:
        _, predicted = torch.max(model(x.to(device)), 1)
        for i in range(len(y)):
            confusion[predicted[i].item()][y[i].item()] += 1
        correct += (predicted.cpu() == y).sum().item()
        total += len(y)
    return correct / total, confusion
