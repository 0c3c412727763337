import torch
import torch.nn as nn
import matplotlib.pyplot as plt

x = torch.tensor([12.4, 14.3, 14.5, 14.9, 16.1, 16.9, 16.5, 15.4, 17.0, 17.9, 18.8, 20.3, 22.4, 19.4, 15.5, 16.7, 17.3, 18.4, 19.2, 17.4, 19.5, 19.7, 21.2])
y = torch.tensor([11.2, 12.5, 12.7, 13.1, 14.1, 14.8, 14.4, 13.4, 14.9, 15.6, 16.4, 17.7, 19.6, 16.9, 14.0, 14.6, 15.1, 16.1, 16.8, 15.2, 17.0, 17.2, 18.6])

#Q1
def fit_line(x, y, learning_rate=0.001, epochs=100):
    w=torch.tensor([1.0],requires_grad=True)
    b=torch.tensor([1.0],requires_grad=True)
    loss_list=[]
    for epoch in range(epochs):
        loss=0.0
        for j in range(len(x)):
            y_p=w*x[j]+b
            loss+=(y_p-y[j])**2
        loss=loss/len(x)
        loss_list.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w-=learning_rate*w.grad
            b-=learning_rate*b.grad
        w.grad.zero_()
        b.grad.zero_()
    return w,b,loss_list

def plot_losses(losses):
    plt.plot(losses)
    plt.show()

w,b,l=fit_line(x,y)
print("w=",w,"b=",b)
plot_losses(l)

#Q2
def mse_gradients(x, y, w, b):
    w=torch.tensor([w],requires_grad=True)
    b=torch.tensor([b],requires_grad=True)
    loss=torch.mean((w*x+b-y)**2)
    loss.backward()
    return w.grad,b.grad

def two_epochs(x, y, w=1.0, b=1.0, learning_rate=0.001):
    w=torch.tensor([w],requires_grad=True)
    b=torch.tensor([b],requires_grad=True)
    ans=[]
    for epoch in range(2):
        loss=torch.mean((w*x+b-y)**2)
        loss.backward()
        with torch.no_grad():
            w-=learning_rate*w.grad
            b-=learning_rate*b.grad
        ans.append({'w_grad':w.grad.item(),'b_grad':b.grad.item(),'w':w.item(),'b':b.item()})
        print("Epoch",epoch+1,ans[-1])
    return ans

#Q3
class RegressionModel:
    def __init__(self, learning_rate=0.001):
        self.w=torch.tensor([1.0],requires_grad=True)
        self.b=torch.tensor([1.0],requires_grad=True)
        self.lr=learning_rate
    def forward(self, x):
        return self.w*x+self.b
    def update(self):
        self.w-=self.lr*self.w.grad
        self.b-=self.lr*self.b.grad
    def reset_grad(self):
        self.w.grad.zero_()
        self.b.grad.zero_()

def criterion(yj, y_p):
    return (yj-y_p)**2

def train_regression_model(model, x, y, epochs=100):
    loss_list=[]
    for epoch in range(epochs):
        loss=0.0
        for j in range(len(x)):
            y_p=model.forward(x[j])
            loss+=criterion(y[j],y_p)
        loss=loss/len(x)
        loss_list.append(loss.item())
        loss.backward()
        with torch.no_grad():
            model.update()
        model.reset_grad()
    return loss_list

#Q5
class LinearRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear=nn.Linear(1,1)
    def forward(self, x):
        return self.linear(x)

def train_linear(model, x, y, learning_rate, epochs):
    criterion=nn.MSELoss()
    optimizer=torch.optim.SGD(model.parameters(),lr=learning_rate)
    loss_list=[]
    for epoch in range(epochs):
        y_pred=model(x)
        loss=criterion(y_pred,y)
        loss_list.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss_list

#Q6
def fit_multiple_regression(features, targets):
    model=nn.Linear(2,1)
    criterion=nn.MSELoss()
    optimizer=torch.optim.SGD(model.parameters(),lr=0.001)
    loss_list=[]
    for epoch in range(100):
        y_pred=model(features)
        loss=criterion(y_pred,targets.view(-1,1))
        loss_list.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.weight.data,model.bias.data,loss_list

def predict_multiple(weights, bias, features):
    return features@weights.view(2,1)+bias

#Q7
class LogisticRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear=nn.Linear(1,1)
    def forward(self, x):
        return torch.sigmoid(self.linear(x))

def train_logistic(model, x, y):
    criterion=nn.BCELoss()
    optimizer=torch.optim.SGD(model.parameters(),lr=0.001)
    loss_list=[]
    for epoch in range(100):
        y_pred=model(x)
        loss=criterion(y_pred,y)
        loss_list.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch%20==0:
            print(epoch,loss.item())
    return loss_list

def predict_classes(model, x):
    return torch.round(model(x))
