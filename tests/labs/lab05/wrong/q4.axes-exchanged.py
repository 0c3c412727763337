def plot_drop_against_accuracy(points):
    fig, ax = plt.subplots()
    ax.plot([p[0] for p in points], [p[1] for p in points], "o")
    ax.set_xlabel("Accuracy")
    ax.set_ylabel("Percentage drop")
    return fig
