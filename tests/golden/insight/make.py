"""Makes the golden data of tests/insight/saliency.c and probe.c with PyTorch, independently of our code.

Run with Debian's python3-torch and python3-onnx in this folder: /usr/bin/python3 make.py
Writes net.onnx (a small random network), input.npy, gradcam.npy, guided.npy, integrated.npy, features.npy, classes.npy
and probe.json.
"""
import json

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional as F

torch.manual_seed(11)
rng = np.random.default_rng(11)
CLASS = 2


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 3, padding=1, bias=False)
        self.b1 = nn.BatchNorm2d(6)
        self.c2 = nn.Conv2d(6, 8, 3, padding=1)
        self.c3 = nn.Conv2d(8, 8, 3, stride=1, padding=1, groups=2)
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = self.relu(self.b1(self.c1(x)))
        x = F.max_pool2d(x, 2)
        x = self.relu(self.c2(x))
        x = F.max_pool2d(x, 2)
        x = self.maps = self.relu(self.c3(x))
        if x.requires_grad:
            x.retain_grad()
        return self.fc(x.mean((2, 3)))

    def relu(self, x):
        return GuidedReLU.apply(x) if self.guided else F.relu(x)

    guided = False


class GuidedReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad):
        x, = ctx.saved_tensors
        return grad.clamp(min=0) * (x > 0)


net = Net().eval()
with torch.no_grad():
    net.b1.running_mean.normal_(0, 20)
    net.b1.running_var.uniform_(800, 4000)
    net.b1.weight.uniform_(0.5, 1.5)
    net.b1.bias.normal_(0, 0.3)
    for layer in (net.c2, net.c3):
        layer.weight.mul_(2)

x = torch.tensor(rng.uniform(0, 255, (1, 1, 16, 20)).astype(np.float32))


def backward(picture, guided):
    net.guided = guided
    net.zero_grad()
    picture = picture.clone().requires_grad_()
    net(picture)[0, CLASS].backward()
    return picture.grad


backward(x, False)
weights = net.maps.grad.mean((2, 3), keepdim=True)
cam = F.relu((weights * net.maps).sum(1, keepdim=True))
cam = F.interpolate(cam, size=x.shape[2:], mode="bilinear", align_corners=False)[0, 0].detach()

guided = backward(x, True)[0, 0]

grey = x.mean()
begin, steps = 0.02, 32
total = torch.zeros_like(x)
for s in range(steps):
    t = begin + (1 - begin) * (s + 0.5) / steps
    total += backward(grey + t * (x - grey), False) / steps
integrated = (total * (1 - begin) * (x - grey))[0, 0]

for name, value in (("input", x), ("gradcam", cam), ("guided", guided), ("integrated", integrated)):
    np.save(name + ".npy", np.ascontiguousarray(value.numpy().astype(np.float32)))

# The same network as ONNX.
state = {k: v.numpy() for k, v in net.state_dict().items() if v.ndim > 0}
names = {"w1": "c1.weight", "g": "b1.weight", "b": "b1.bias", "m": "b1.running_mean", "v": "b1.running_var",
         "w2": "c2.weight", "d2": "c2.bias", "w3": "c3.weight", "d3": "c3.bias", "w4": "fc.weight", "d4": "fc.bias"}
node = helper.make_node
pool = {"kernel_shape": [2, 2], "strides": [2, 2]}
graph = helper.make_graph([
    node("Conv", ["x", "w1"], ["c1"], "conv1", pads=[1] * 4),
    node("BatchNormalization", ["c1", "g", "b", "m", "v"], ["n1"], "norm1"),
    node("Relu", ["n1"], ["r1"], "relu1"),
    node("MaxPool", ["r1"], ["p1"], "pool1", **pool),
    node("Conv", ["p1", "w2", "d2"], ["c2"], "conv2", pads=[1] * 4),
    node("Relu", ["c2"], ["r2"], "relu2"),
    node("MaxPool", ["r2"], ["p2"], "pool2", **pool),
    node("Conv", ["p2", "w3", "d3"], ["c3"], "conv3", pads=[1] * 4, group=2),
    node("Relu", ["c3"], ["r3"], "relu3"),
    node("GlobalAveragePool", ["r3"], ["a"], "mean"),
    node("Flatten", ["a"], ["f"], "flatten"),
    node("Gemm", ["f", "w4", "d4"], ["z"], "linear", transB=1),
    node("Softmax", ["z"], ["y"], "softmax", axis=1),
], "insight", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 16, 20])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])],
    [numpy_helper.from_array(state[k], n) for n, k in names.items()])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
model.ir_version = 7
onnx.checker.check_model(model)
onnx.save(model, "net.onnx")

# A linear probe, fitted by another optimiser to convergence.
n, width, classes = 600, 12, 5
labels = rng.integers(0, classes, n)
features = rng.normal(0, 1, (n, width)) + rng.normal(0, 1, (classes, width))[labels]
features = (features * rng.uniform(0.1, 30, width) + rng.uniform(-5, 5, width)).astype(np.float32)
fit, test = features[0::2].astype(np.float64), features[1::2].astype(np.float64)
mean, deviation = fit.mean(0), fit.std(0)
a = torch.tensor(np.c_[(fit - mean) / deviation, np.ones(len(fit))])
b = torch.tensor(np.c_[(test - mean) / deviation, np.ones(len(test))])
w = torch.zeros(width + 1, classes, dtype=torch.float64, requires_grad=True)
target = torch.tensor(labels[0::2])
lbfgs = torch.optim.LBFGS([w], max_iter=2000, tolerance_grad=1e-12, line_search_fn="strong_wolfe")


def closure():
    lbfgs.zero_grad()
    loss = F.cross_entropy(a @ w, target) + 0.5e-3 * (w ** 2).sum()
    loss.backward()
    return loss


lbfgs.step(closure)
accuracy = float(((b @ w).argmax(1).numpy() == labels[1::2]).mean())
np.save("features.npy", features)
np.save("classes.npy", labels.astype(np.uint8))
with open("probe.json", "w", encoding="utf-8") as out:
    json.dump({"accuracy": accuracy}, out)
    out.write("\n")
print("probe", accuracy)
