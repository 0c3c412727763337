def plot_drop_against_accuracy(points):
    fig = plt.figure()
    plt.plot([accuracy for _, accuracy in points], marker="x")
    plt.xlabel("model")
    plt.ylabel("accuracy")
    return fig
