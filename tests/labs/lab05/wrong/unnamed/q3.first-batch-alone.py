def evaluate_classifier(model, loader, device):
    images, labels = next(iter(loader))
    predicted = model.to(device).eval()(images.to(device)).argmax(1).cpu()
    confusion = torch.zeros(10, 10, dtype=torch.int64)
    for true, guess in zip(labels, predicted):
        confusion[true, guess] += 1
    return confusion.trace().item() / len(labels), confusion


def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    points = []
    for model in models:
        train_classifier(model, train_loader, epochs, device)
        right = total = 0
        for x, y in test_loader:
            right += (model(x.to(device)).argmax(1).cpu() == y).sum().item()
            total += len(y)
        points.append((parameter_drop_percent(models[0], model), right / total))
    return points
