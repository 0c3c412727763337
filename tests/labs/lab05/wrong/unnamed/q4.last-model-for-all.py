def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    for model in models:
        train_classifier(model, train_loader, epochs, device)
    accuracy = evaluate_classifier(models[-1], test_loader, device)[0]
    return [(parameter_drop_percent(models[0], model), accuracy) for model in models]
