def plot_losses(losses):
    figure = plt.figure()
    plt.plot(losses)
    plt.ylabel("loss")
    plt.title("loss over epochs")
    return figure
