"""Lab 4: feed-forward networks. XOR twice, once more on paper, then digits."""
import matplotlib.pyplot as plt
import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.metrics import confusion_matrix

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(42)

X = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float32)
Y = torch.tensor([[0], [1], [1], [0]], dtype=torch.float32)


# ------------------------------------------------------------------ Question 1
class XORModel(nn.Module):
    def __init__(self):
        super(XORModel, self).__init__()
        self.linear1 = nn.Linear(2, 2, bias=True)
        self.activation = nn.Sigmoid()
        self.linear2 = nn.Linear(2, 1, bias=True)

    def forward(self, x):
        x = self.linear1(x)
        x = self.activation(x)
        x = self.linear2(x)
        return x


def count_parameters(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def train_xor(model):
    """Full batch: there are only four rows."""
    loss_fn = nn.MSELoss()
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    losses = []
    for epoch in range(1500):
        optimizer.zero_grad()
        loss = loss_fn(model(X), Y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# ------------------------------------------------------------------ Question 2
class XORModelReLU(nn.Module):
    def __init__(self):
        super(XORModelReLU, self).__init__()
        self.linear1 = nn.Linear(2, 2, bias=True)
        self.activation = nn.ReLU()
        self.linear2 = nn.Linear(2, 1, bias=True)

    def forward(self, x):
        return self.linear2(self.activation(self.linear1(x)))


# ------------------------------------------------------------------ Question 3
def manual_xor_forward(parameters, x):
    W1, b1 = parameters["linear1.weight"], parameters["linear1.bias"]
    W2, b2 = parameters["linear2.weight"], parameters["linear2.bias"]
    z1 = torch.matmul(x, W1.t()) + b1
    a1 = 1 / (1 + torch.exp(-z1))
    return torch.matmul(a1, W2.t()) + b2


# ------------------------------------------------------------------ Question 4
class DigitClassifier(nn.Module):
    def __init__(self):
        super(DigitClassifier, self).__init__()
        self.fc1 = nn.Linear(28 * 28, 128)
        self.fc2 = nn.Linear(128, 64)
        self.fc3 = nn.Linear(64, 10)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = x.view(x.size(0), -1)
        x = self.relu(self.fc1(x))
        x = self.relu(self.fc2(x))
        return self.fc3(x)


def train_classifier(model, loader, epochs, device):
    model.to(device)
    model.train()
    loss_fn = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=0.001)
    history = []
    for epoch in range(epochs):
        running = 0.0
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(images), labels)
            loss.backward()
            optimizer.step()
            running += loss.item()
        history.append(running / len(loader))
        print(f"Epoch [{epoch + 1}/{epochs}] loss {history[-1]:.4f}")
    return history


def evaluate_classifier(model, loader, device):
    model.to(device)
    model.eval()
    y_true, y_pred = [], []
    with torch.no_grad():
        for images, labels in loader:
            outputs = model(images.to(device))
            y_pred.extend(outputs.argmax(1).cpu().numpy())
            y_true.extend(labels.numpy())
    cm = confusion_matrix(y_true, y_pred, labels=list(range(10)))
    accuracy = sum(t == p for t, p in zip(y_true, y_pred)) / len(y_true)
    return accuracy, cm


def plot_confusion(confusion):
    fig, ax = plt.subplots(figsize=(7, 6))
    im = ax.imshow(confusion, cmap="viridis")
    fig.colorbar(im)
    ax.set_xticks(range(10))
    ax.set_yticks(range(10))
    ax.set_xlabel("Predicted label")
    ax.set_ylabel("True label")
    ax.set_title("Confusion matrix")
    return fig


def dense_parameter_count(sizes):
    total = 0
    for fan_in, fan_out in zip(sizes[:-1], sizes[1:]):
        total += fan_in * fan_out + fan_out
    return total


# ------------------------------------------------------------------ Demo
model = XORModel()
losses = train_xor(model)
print("parameters:", count_parameters(model))
plt.plot(losses)
plt.xlabel("epoch")
plt.ylabel("MSE")
plt.show()
with torch.no_grad():
    for row in X:
        print(row.tolist(), round(model(row.unsqueeze(0)).item(), 3))
print("by hand:", manual_xor_forward(model.state_dict(), X).flatten())
print(dense_parameter_count([784, 128, 64, 10]))
