def plot_confusion(confusion):
    figure, axes = plt.subplots()
    axes.imshow(confusion, cmap="Blues")
    axes.set_xlabel("True class")
    axes.set_ylabel("Predicted class")
    return figure
