"""Networks of well-known shape with seeded random weights, for measuring speed: what they compute is
of no use, how long it takes is. Usage: bench_models.py DIRECTORY writes them all there."""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Net:
    """Collects nodes; `last` is the value that the next layer reads, `channels` its depth."""

    def __init__(self, name, channels, height, width):
        self.name, self.nodes, self.weights = name, [], []
        self.last, self.channels, self.opset = "input", channels, 13
        self.shape = [1, channels, height, width]
        self.rng = np.random.default_rng(1)

    def add(self, op, *inputs, **attributes):
        out = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [out], name=f"n{out}", **attributes))
        return out

    def weight(self, array):
        name = f"w{len(self.weights)}"
        kind = array.dtype if array.dtype == np.int64 else np.float32
        self.weights.append(numpy_helper.from_array(array.astype(kind), name))
        return name

    def conv(self, c_out, k, stride=1, groups=1, norm=True, pad=None):
        pad = k // 2 if pad is None else pad
        fan = self.channels // groups * k * k
        w = self.rng.standard_normal((c_out, self.channels // groups, k, k)) * (2 / fan) ** 0.5
        inputs = [self.last, self.weight(w)]
        if not norm:
            inputs.append(self.weight(self.rng.standard_normal(c_out) * 0.1))
        self.last = self.add("Conv", *inputs, kernel_shape=[k, k], strides=[stride] * 2,
                             pads=[pad] * 4, group=groups)
        self.channels = c_out
        if norm:
            near = lambda at, by: self.weight(at + by * self.rng.random(c_out))
            self.last = self.add("BatchNormalization", self.last, near(0.9, 0.2), near(-0.1, 0.2),
                                 near(-0.1, 0.2), near(0.9, 0.2))
        return self

    def relu(self):
        self.last = self.add("Relu", self.last)
        return self

    def relu6(self):
        self.last = self.add("Clip", self.last, self.weight(np.array(0.0)),
                             self.weight(np.array(6.0)))
        return self

    def swish(self):
        self.last = self.add("Mul", self.last, self.add("Sigmoid", self.last))
        return self

    def pool(self):
        self.last = self.add("MaxPool", self.last, kernel_shape=[2, 2], strides=[2, 2])
        return self

    def squeeze(self, depth):
        x, c = self.last, self.channels
        self.last = self.add("GlobalAveragePool", x)
        self.conv(depth, 1, norm=False).swish().conv(c, 1, norm=False)
        self.last = self.add("Mul", x, self.add("Sigmoid", self.last))
        return self

    def head(self, classes):
        self.last = self.add("Flatten", self.add("GlobalAveragePool", self.last))
        w = self.rng.standard_normal((classes, self.channels)) * self.channels ** -0.5
        self.last = self.add("Gemm", self.last, self.weight(w),
                             self.weight(np.zeros(classes)), transB=1)
        self.last = self.add("Softmax", self.last, axis=1)
        return self

    def save(self, directory):
        info = lambda n, s: helper.make_tensor_value_info(n, TensorProto.FLOAT, s)
        graph = helper.make_graph(self.nodes, self.name, [info("input", self.shape)],
                                  [info(self.last, None)], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)])
        model.ir_version = 8 if self.opset > 15 else 7
        path = os.path.join(directory, self.name + ".onnx")
        onnx.save(model, path)
        return path


def mien64():
    net = Net("mien64", 1, 64, 64)
    for c in (64, 128, 256):
        net.conv(c, 3).relu().conv(c, 3).relu().pool()
    return net.head(8)


def vgg13():
    """The VGG13 of Barsoum et al. 2016: two, two, three and three layers."""
    net = Net("vgg13", 1, 64, 64)
    for c, layers in ((64, 2), (128, 2), (256, 3), (256, 3)):
        for _ in range(layers):
            net.conv(c, 3).relu()
        net.pool()
    return net.head(8)


def mobilenet():
    net = Net("mobilenet-v1-512", 3, 512, 512)
    net.conv(32, 3, 2).relu6()
    for c, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [
            (1024, 2), (1024, 1)]:
        net.conv(net.channels, 3, stride, net.channels).relu6().conv(c, 1).relu6()
    return net.head(8)


def efficientnet():
    net = Net("efficientnet-b0-224", 3, 224, 224)
    net.conv(32, 3, 2).swish()
    for expand, c, layers, stride, k in ((1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5),
                                         (6, 80, 3, 2, 3), (6, 112, 3, 1, 5), (6, 192, 4, 2, 5),
                                         (6, 320, 1, 1, 3)):
        for i in range(layers):
            x, c_in, s = net.last, net.channels, stride if i == 0 else 1
            if expand > 1:
                net.conv(c_in * expand, 1).swish()
            net.conv(net.channels, k, s, net.channels).swish()
            net.squeeze(max(1, c_in // 4)).conv(c, 1)
            if i > 0:
                net.last = net.add("Add", net.last, x)
    return net.conv(1280, 1).swish().head(8)


def alex5():
    """Dense 5x5 layers throughout."""
    net = Net("alex5-64", 1, 64, 64)
    net.conv(64, 5).relu().pool().conv(128, 5).relu().pool()
    return net.conv(256, 5).relu().conv(256, 5).relu().pool().head(8)


ALL = (mien64, vgg13, mobilenet, efficientnet, alex5)


def save_all(directory):
    os.makedirs(directory, exist_ok=True)
    return [make().save(directory) for make in ALL]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print("\n".join(save_all(sys.argv[1])))
