def relu_neuron(x, w, b):
    nodes = {"u": x * w, "v": x * w + b}
    nodes["a"] = nodes["v"].relu_()
    return nodes
