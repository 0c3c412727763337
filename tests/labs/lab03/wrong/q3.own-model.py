solved_training = train_regression_model


def train_regression_model(model, x, y, epochs=100):
    return solved_training(RegressionModel(model.learning_rate), x, y, epochs)
