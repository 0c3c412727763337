def plot_losses(losses):
    figure, axes = plt.subplots()
    axes.plot(losses, range(len(losses)))
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    return figure
