def evaluate_classifier(model, loader, device):
    model.to(device).eval()
    accuracies, confusion = [], torch.zeros(10, 10)
    with torch.no_grad():
        for x, y in loader:
            predicted = model(x.to(device)).argmax(1).cpu()
            accuracies.append((predicted == y).float().mean().item())
            for t, p in zip(y, predicted):
                confusion[t, p] += 1
    return sum(accuracies) / len(accuracies), confusion.tolist()
