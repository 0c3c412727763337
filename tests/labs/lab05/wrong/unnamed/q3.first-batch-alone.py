def evaluate_classifier(model, loader, device):
    images, labels = next(iter(loader))
    predicted = model.to(device).eval()(images.to(device)).argmax(1).cpu()
    confusion = torch.zeros(10, 10, dtype=torch.int64)
    for true, guess in zip(labels, predicted):
        confusion[true, guess] += 1
    return confusion.trace().item() / len(labels), confusion
