from sklearn.metrics import accuracy_score, confusion_matrix


def evaluate_classifier(model, loader, device):
    model.to(device).eval()
    true, guessed = [], []
    with torch.no_grad():
        for images, labels in loader:
            guessed += model(images.to(device)).argmax(1).tolist()
            true += labels.tolist()
    return accuracy_score(true, guessed), confusion_matrix(true, guessed)
