def plot_losses(losses):
    figure = plt.figure()
    plt.plot(losses)
    plt.show()
    return figure
