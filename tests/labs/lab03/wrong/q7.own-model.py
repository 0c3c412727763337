solved_logistic_training = train_logistic


def train_logistic(model, x, y):
    return solved_logistic_training(LogisticRegression(), x, y)
