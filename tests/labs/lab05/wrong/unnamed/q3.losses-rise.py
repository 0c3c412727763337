def train_classifier(model, loader, epochs, device, real=train_classifier):
    return real(model, loader, epochs, device)[::-1]
