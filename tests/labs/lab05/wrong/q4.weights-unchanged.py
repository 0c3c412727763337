import copy


def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    points = []
    for model in models:
        mine = copy.deepcopy(model)
        train_classifier(mine, train_loader, epochs, device)
        points.append(
            (parameter_drop_percent(models[0], model), evaluate_classifier(mine, test_loader, device)[0])
        )
    return points
