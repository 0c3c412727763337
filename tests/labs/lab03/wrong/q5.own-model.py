solved_linear_training = train_linear


def train_linear(model, x, y, learning_rate, epochs):
    return solved_linear_training(LinearRegression(), x, y, learning_rate, epochs)
