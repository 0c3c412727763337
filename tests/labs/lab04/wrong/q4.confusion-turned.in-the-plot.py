def plot_confusion(confusion):
    figure, axes = plt.subplots()
    axes.imshow(confusion.T)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    return figure
