def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    points = []
    for model in models[1:]:
        train_classifier(model, train_loader, epochs, device)
        accuracy, _ = evaluate_classifier(model, test_loader, device)
        points.append((accuracy, parameter_drop_percent(models[0], model)))
    return points
