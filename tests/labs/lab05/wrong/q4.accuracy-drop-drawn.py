def plot_drop_against_accuracy(points):
    fig, ax = plt.subplots()
    best = points[0][1]
    ax.plot([p[0] for p in points], [best - p[1] for p in points], "o-")
    ax.set_xlabel("Drop in parameters (%)")
    ax.set_ylabel("Drop in accuracy")
    return fig
