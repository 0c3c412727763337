def plot_confusion(confusion):
    figure, axes = plt.subplots()
    axes.imshow(confusion)
    return figure
