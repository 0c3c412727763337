import torch
import torch.nn as nn
import torch.nn.functional as F
import matplotlib.pyplot as plt
from torch.utils.data import DataLoader, TensorDataset

#Qn 1
def convolve2d(image, kernel, stride=1, padding=0):
    image=image.unsqueeze(dim=0)
    image=image.unsqueeze(dim=0)
    kernel=kernel.unsqueeze(dim=0)
    kernel=kernel.unsqueeze(dim=0)
    outimage=F.conv2d(image,kernel,stride=stride,padding=padding)
    return outimage

def output_size(size, kernel, stride=1, padding=0):
    return (size-kernel+padding)//stride+1

def convolution_parameters(in_channels, out_channels, kernel, bias=True):
    #3x3 kernel -> 9
    return kernel*kernel*in_channels*out_channels

image=torch.rand(6,6)
kernel=torch.ones(3,3)
print("outimage=",convolve2d(image,kernel))
print("outimage.shape=",convolve2d(image,kernel).shape)

#Qn 2
def make_conv_layer():
    conv=nn.Conv2d(1,3,kernel_size=3,bias=False)
    return conv

def conv2d_by_function(layer, image):
    w=layer.weight
    c=w.shape[1]
    image=image.view(1,c,image.shape[-2],image.shape[-1])
    return F.conv2d(image,w,bias=layer.bias,stride=layer.stride,padding=layer.padding)

#Qn 3
class CNNClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.net=nn.Sequential(nn.Conv2d(1,8,kernel_size=5,stride=2),
                               nn.ReLU(),
                               nn.Conv2d(8,16,kernel_size=3,stride=2),
                               nn.ReLU())
        self.classification_head=nn.Sequential(nn.Linear(16*5*5,20),
                                               nn.ReLU(),
                                               nn.Linear(20,10))

    def forward(self,x):
        features=self.net(x)
        return self.classification_head(features.view(x.size(0),-1))

def count_parameters(model):
    total=0
    for name,p in model.named_parameters():
        print(name,p.numel())
        total+=p.numel()
    return total

lr=0.001

def train_classifier(model, loader, epochs, device):
    model.to(device)
    loss_fn=nn.CrossEntropyLoss()
    optimizer=torch.optim.SGD(model.parameters(),lr=lr)
    losses=[]
    for epoch in range(epochs):
        model.train()
        for x,y in loader:
            x=x.to(device)
            y=y.to(device)
            optimizer.zero_grad()
            out=model(x)
            loss=loss_fn(out,y)
            loss.backward()
            optimizer.step()
            losses.append(loss)
        print("Epoch",epoch+1,"loss",loss.item())
    return losses

def evaluate_classifier(model, loader, device):
    model.to(device)
    model.eval()
    conf=torch.zeros(10,10).int()
    correct=0
    total=0
    with torch.no_grad():
        for x,y in loader:
            x=x.to(device)
            pred=torch.argmax(model(x),dim=1)
            for t,p in zip(y,pred):
                conf[p.item()][t.item()]+=1
                total+=1
                if t.item()==p.item():
                    correct+=1
    return correct/total,conf

# quick trial with noise, to see that it runs
device=torch.device("cuda" if torch.cuda.is_available() else "cpu")
loader=DataLoader(TensorDataset(torch.rand(64,1,28,28),torch.randint(0,10,(64,))),batch_size=8,shuffle=True)
model=CNNClassifier()
losses=train_classifier(model,loader,2,device)
plt.plot([l.item() for l in losses])
plt.xlabel("batch")
plt.ylabel("loss")
plt.show()
print("Parameters",count_parameters(model))

#Qn 4
class ReducedCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.net=nn.Sequential(nn.Conv2d(1,8,kernel_size=5,stride=2),
                               nn.ReLU(),
                               nn.Conv2d(8,12,kernel_size=3,stride=2),
                               nn.ReLU())
        self.classification_head=nn.Linear(12*5*5,10)

    def forward(self,x):
        features=self.net(x)
        return self.classification_head(features.view(x.size(0),-1))

def parameter_drop_percent(base, reduced):
    b=sum(p.numel() for p in base.parameters())
    r=sum(p.numel() for p in reduced.parameters())
    return r/b*100

def accuracy_against_drop(models, train_loader, test_loader, epochs, device):
    points=[]
    for m in models:
        train_classifier(m,train_loader,epochs,device)
        acc,conf=evaluate_classifier(m,test_loader,device)
        points.append((parameter_drop_percent(models[0],m),acc))
    return points

def plot_drop_against_accuracy(points):
    fig=plt.figure()
    x=[p[0] for p in points]
    y=[points[0][1]-p[1] for p in points]
    plt.plot(x,y,'o-')
    plt.xlabel('percentage drop in parameters')
    plt.ylabel('drop in accuracy')
    plt.show()
    return fig

#Additional question
class FashionCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.net=nn.Sequential(nn.Conv2d(1,12,kernel_size=5,stride=2),
                               nn.ReLU(),
                               nn.Conv2d(12,16,kernel_size=3,stride=2),
                               nn.ReLU())
        self.classification_head=nn.Linear(16*5*5,10)

    def forward(self,x):
        features=self.net(x)
        return self.classification_head(features.view(x.size(0),-1))

'''
Epoch 1 loss 2.3105
Epoch 2 loss 2.2891
conf =
tensor([[ 93,   0,   1, ...
'''
