def evaluate_classifier(model, loader, device):
    model.to(device)
    model.eval()
    confusion = torch.zeros(10, 10, dtype=torch.int64)
    correct = total = 0
    for x, y in loader:
        with torch.no_grad():
            predicted = model(x.to(device)).argmax(1).cpu()
        correct += (predicted == y).sum().item()
        total += len(y)
        for t, p in zip(y, predicted):
            confusion[t, p] += 1
    return correct / total, confusion / confusion.sum(1, keepdim=True)
