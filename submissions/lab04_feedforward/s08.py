import torch
import torch.nn as nn
import torch.nn.functional as F
import matplotlib.pyplot as plt
from sklearn.metrics import confusion_matrix, ConfusionMatrixDisplay

device = torch.device('cuda')

data = torch.tensor([[0,0,0],[0,1,1],[1,0,1],[1,1,0]]).float()
inp = data[:, :2]
tgt = data[:, 2:]

class XORModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Linear(2, 2)
        self.w2 = nn.Linear(2, 1)
    def forward(self, x):
        return self.w2(torch.sigmoid(self.w1(x)))

class XORModelReLU(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Linear(2, 2)
        self.w2 = nn.Linear(2, 1)
    def forward(self, x):
        return self.w2(F.relu(self.w1(x)))

def count_parameters(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)

def train_xor(model):
    opt = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    hist = []
    for ep in range(2000):
        out = model(inp)
        loss = F.mse_loss(out, tgt)
        opt.zero_grad()
        loss.backward()
        opt.step()
        hist.append(float(loss))
    return hist

gpu_model = XORModel().to('cuda')
print(next(gpu_model.parameters()).device)

def manual_xor_forward(parameters, x):
    z = F.linear(x, parameters['linear1.weight'], parameters['linear1.bias'])
    a = torch.sigmoid(z)
    return F.linear(a, parameters['linear2.weight'], parameters['linear2.bias'])

class DigitClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.flat = nn.Flatten()
        self.l1 = nn.Linear(28*28, 100)
        self.l2 = nn.Linear(100, 100)
        self.l3 = nn.Linear(100, 10)
    def forward(self, x):
        x = self.flat(x)
        x = F.relu(self.l1(x))
        x = F.relu(self.l2(x))
        return self.l3(x)

def train_classifier(model, loader, epochs, device):
    model.to(device)
    opt = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    hist = []
    for ep in range(epochs):
        tot = 0
        for xb, yb in loader:
            xb = xb.cuda()
            yb = yb.cuda()
            loss = F.cross_entropy(model(xb), yb)
            opt.zero_grad()
            loss.backward()
            opt.step()
            tot += loss.item()
        hist.append(tot)
    return hist

def evaluate_classifier(model, loader, device):
    model = model.to(device)
    model.eval()
    ys, ps = [], []
    for xb, yb in loader:
        ps.append(model(xb.to(device)).argmax(1).cpu())
        ys.append(yb)
    ys, ps = torch.cat(ys), torch.cat(ps)
    return (ys == ps).float().mean(), confusion_matrix(ys, ps, labels=range(10))

def plot_confusion(confusion):
    disp = ConfusionMatrixDisplay(confusion)
    disp.plot(cmap='Greens')
    return disp.figure_

def dense_parameter_count(sizes):
    layers = [nn.Linear(i, o) for i, o in zip(sizes, sizes[1:])]
    return count_parameters(nn.Sequential(*layers))
