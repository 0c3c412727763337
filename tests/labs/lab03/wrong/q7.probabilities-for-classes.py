def predict_classes(model, x):
    return model(x)
