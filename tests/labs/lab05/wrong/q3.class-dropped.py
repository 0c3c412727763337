from sklearn.metrics import accuracy_score, confusion_matrix


def evaluate_classifier(model, loader, device):
    model.to(device).eval()
    true, predicted = [], []
    with torch.no_grad():
        for x, y in loader:
            true += y.tolist()
            predicted += model(x.to(device)).argmax(1).tolist()
    return accuracy_score(true, predicted), confusion_matrix(true, predicted)
