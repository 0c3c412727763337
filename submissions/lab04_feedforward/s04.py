import torch
import torch.nn as nn
import torch.optim as optim
from torch.utils.data import DataLoader, TensorDataset, Dataset
from torchvision import datasets, transforms
import matplotlib.pyplot as plt
import numpy as np

device = 'cuda' if torch.cuda.is_available() else 'cpu'
batch_size = 1

#Q1
X = torch.tensor([[0,0],[0,1],[1,0],[1,1]], dtype=torch.float32)
Y = torch.tensor([0,1,1,0], dtype=torch.float32)

class MyDataset(Dataset):
    def __init__(self, X, Y):
        self.X = X
        self.Y = Y
    def __len__(self):
        return len(self.X)
    def __getitem__(self, idx):
        return self.X[idx].to(device), self.Y[idx].to(device)

full_dataset = MyDataset(X, Y)
train_data_loader = DataLoader(full_dataset, batch_size=batch_size, shuffle=True)

class XORModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(2,2,bias=True)
        self.activation = nn.Sigmoid()
        self.linear2 = nn.Linear(2,1,bias=True)
        #self.activation2 = nn.ReLU()
    def forward(self, x):
        x = self.linear1(x)
        x = self.activation(x)
        x = self.linear2(x)
        return x

def count_parameters(model):
    total = 0
    for name, param in model.named_parameters():
        #print(name, param.shape)
        total += torch.numel(param)
    return total

def train_one_epoch(model, optimizer, loss_fn):
    totalloss = 0.
    for i, data in enumerate(train_data_loader):
        inputs, labels = data
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = loss_fn(outputs.flatten(), labels)
        loss.backward()
        optimizer.step()
        totalloss += loss.item()
    return totalloss/(len(train_data_loader)*batch_size)

def train_xor(model):
    model.to(device)
    loss_fn = torch.nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    EPOCHS = 600
    loss_list = []
    for epoch in range(EPOCHS):
        model.train(True)
        avg_loss = train_one_epoch(model, optimizer, loss_fn)
        loss_list.append(avg_loss)
        if epoch % 100 == 0:
            print(f'Epoch {epoch}/{EPOCHS}, Loss: {avg_loss}')
    return loss_list

model = XORModel()
loss_list = train_xor(model)
for param in model.named_parameters():
    print(param)
for x in X:
    print(x, model(x.to(device)))
plt.plot(loss_list)
plt.show()
print("Total learnable parameters:", count_parameters(model))

#Q2
class XORModelReLU(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear1 = nn.Linear(2,2,bias=True)
        self.activation = nn.ReLU()
        self.linear2 = nn.Linear(2,1,bias=True)
    def forward(self, x):
        x = self.linear1(x)
        x = self.activation(x)
        x = self.linear2(x)
        return x

#Q3
def sigmoid(x):
    return 1/(1+torch.exp(-x))

def manual_xor_forward(parameters, x):
    out = []
    for row in x:
        h1 = sigmoid(torch.dot(parameters['linear1.weight'][0], row) + parameters['linear1.bias'][0])
        h2 = sigmoid(torch.dot(parameters['linear1.weight'][1], row) + parameters['linear1.bias'][1])
        o = parameters['linear2.weight'][0][0]*h1 + parameters['linear2.weight'][0][1]*h2 + parameters['linear2.bias'][0]
        out.append(o)
    return torch.stack(out).reshape(-1, 1)

#Q4
class DigitClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(784,100,bias=True),
                                 nn.ReLU(),
                                 nn.Linear(100,100,bias=True),
                                 nn.ReLU(),
                                 nn.Linear(100,10,bias=True),
                                 nn.Softmax(dim=1))
    def forward(self, x):
        x = x.view(-1, 784)
        return self.net(x)

def train_classifier(model, loader, epochs, device):
    model.to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=0.001)
    losses = []
    for epoch in range(epochs):
        epoch_loss = 0
        for i, (images, labels) in enumerate(loader):
            images = images.to(device)
            labels = labels.to(device)
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            epoch_loss += loss
        losses.append(epoch_loss)
        print("Epoch", epoch, "loss", epoch_loss)
    return losses

def evaluate_classifier(model, loader, device):
    model.to(device)
    model.eval()
    correct = 0
    total = 0
    cm = torch.zeros(10, 10, dtype=torch.int64)
    for images, labels in loader:
        outputs = model(images.to(device))
        _, predicted = torch.max(outputs, 1)
        total += labels.size(0)
        correct += (predicted.cpu() == labels).sum().item()
        for t, p in zip(labels, predicted):
            cm[t][p] += 1
    accuracy = 100*correct/total
    print('Accuracy of the network: %.2f %%' % accuracy)
    return accuracy, cm

def plot_confusion(confusion):
    fig, ax = plt.subplots()
    ax.matshow(confusion, cmap='Blues')
    for i in range(10):
        for j in range(10):
            ax.text(j, i, int(confusion[i][j]), ha='center', va='center')
    plt.xlabel('Predicted')
    plt.ylabel('Actual')
    plt.show()
    return fig

def dense_parameter_count(sizes):
    s = 0
    for i in range(1, len(sizes)):
        s = s + sizes[i-1]*sizes[i] + sizes[i]
    return s

mnist_trainset = datasets.MNIST(root='./data', train=True, download=True, transform=transforms.ToTensor())
train_loader = DataLoader(mnist_trainset, batch_size=64, shuffle=True)
mnist_testset = datasets.MNIST(root='./data', train=False, download=True, transform=transforms.ToTensor())
test_loader = DataLoader(mnist_testset, batch_size=64, shuffle=False)
digits = DigitClassifier()
print(train_classifier(digits, train_loader, 5, device))
acc, cm = evaluate_classifier(digits, test_loader, device)
plot_confusion(cm)
'''
Total learnable parameters: 9
Accuracy of the network: 96.84 %
'''
