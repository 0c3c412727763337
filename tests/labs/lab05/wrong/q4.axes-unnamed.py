def plot_drop_against_accuracy(points):
    x, y = zip(*points)
    plt.figure()
    plt.scatter(x, y)
    plt.title("Drop vs accuracy")
    return plt.gcf()
