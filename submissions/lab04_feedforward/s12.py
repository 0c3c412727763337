import torch
import torch.nn as nn
import torch.optim as optim
import torchvision
import matplotlib.pyplot as plt
import sklearn.metrics as metrics

DATA_DIR = '/home/student/Desktop/DL_LAB/data'
SAVE = "C:\\Users\\student\\lab4\\xor.pt"

X = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float32)
Y = torch.tensor([0, 1, 1, 0], dtype=torch.float32)      # (4,)

class XORModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(2, 2)
        self.linear2 = nn.Linear(2, 1)

    def forward(self, x):
        x = self.linear1(x)
        x = self.linear2(x)
        return torch.sigmoid(x)

def count_parameters(model):
    n = 0
    for k, v in model.state_dict().items():
        n += v.numel()
    return n

def train_xor(model):
    criterion = nn.MSELoss()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for i in range(2000):
        optimizer.zero_grad()
        loss = criterion(model(X), Y)       # gives a warning, but runs
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

model = XORModel()
losses = train_xor(model)
plt.plot(losses)
plt.title('Loss')
plt.show()
torch.save(model.state_dict(), SAVE)
print(open(DATA_DIR + '/readme.txt').read())

class XORModelReLU(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(2, 2)
        self.relu = nn.ReLU()
        self.linear2 = nn.Linear(2, 1)

    def forward(self, x):
        return self.linear2(self.relu(self.linear1(x)))

# Q3: did not get the formula to agree, see observation book

class DigitClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(784, 100)
        self.linear1 = nn.Linear(100, 100)
        self.linear2 = nn.Linear(100, 10)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = x.view(-1, 784)
        x = self.relu(self.linear1(x))
        x = self.relu(self.linear1(x))
        x = self.linear2(x)
        return x

def train_classifier(model, loader, epochs, device):
    model.to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=0.001)
    losses = []
    for epoch in range(epochs):
        for batch, (images, labels) in enumerate(loader):
            optimizer.zero_grad()
            outputs = model(images.to(device))
            loss = criterion(outputs, labels.to(device))
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    return losses

def evaluate_classifier(model, loader, device):
    model.to(device)
    model.eval()
    y_true = []
    y_pred = []
    with torch.no_grad():
        for images, labels in loader:
            out = model(images.to(device))
            y_pred.append(torch.argmax(out, dim=1).cpu())
            y_true.append(labels)
    y_true = torch.cat(y_true)
    y_pred = torch.cat(y_pred)
    cm = metrics.confusion_matrix(y_pred, y_true, labels=range(10))
    return metrics.accuracy_score(y_true, y_pred), cm

def plot_confusion(confusion):
    d = metrics.ConfusionMatrixDisplay(confusion)
    d.plot()
    plt.show()

def dense_parameter_count(sizes):
    total = 0
    for i in range(len(sizes)-1):
        total += sizes[i]*(sizes[i+1]+1)
    return total
