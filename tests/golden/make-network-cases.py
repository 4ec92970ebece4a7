#!/usr/bin/python3
"""Makes the net-* cases of tests/golden/onnx: small networks of well-known families with seeded random
weights, and what ONNX Runtime 1.30 computes for them, in the form of the ONNX backend tests.

    make-network-cases.py PACKAGE     the folder of the npm package onnxruntime-node; needs python3-onnx"""
import os
import sys

import numpy as np
import onnx
from onnx import numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools"))
import ort  # noqa: E402
from bench_models import Net  # noqa: E402


def plain():
    net = Net("net-vgg", 1, 24, 24)
    for c in (16, 24):
        net.conv(c, 3).relu().conv(c, 3).relu().pool()
    return net.head(8)


def wide():
    return Net("net-alexnet", 1, 20, 20).conv(16, 5).relu().pool().conv(16, 5).relu().head(7)


def separable():
    net = Net("net-mobilenet", 3, 32, 32).conv(16, 3, 2).relu6()
    for c, stride in ((24, 1), (40, 2), (40, 1)):
        net.conv(net.channels, 3, stride, net.channels).relu6().conv(c, 1).relu6()
    return net.head(8)


def squeezed():
    net = Net("net-efficientnet", 3, 32, 32).conv(16, 3, 2).swish()
    for k, stride in ((3, 1), (5, 2)):
        x = net.last
        net.conv(48, 1).swish().conv(48, k, stride, 48).swish().squeeze(4).conv(16, 1)
        if stride == 1:
            net.last = net.add("Add", net.last, x)
    return net.head(8)


def residual():
    net = Net("net-resnet", 3, 24, 24).conv(16, 3).relu()
    for _ in range(2):
        x = net.last
        net.conv(16, 3).relu().conv(16, 3)
        net.last = net.add("Add", net.last, x)
        net.relu()
    return net.head(8)


def dense():
    net = Net("net-densenet", 3, 16, 16).conv(12, 3)
    for _ in range(3):
        x, c = net.last, net.channels
        net.relu().conv(8, 3)
        net.last, net.channels = net.add("Concat", x, net.last, axis=1), c + 8
    return net.head(8)


def shuffled():
    net = Net("net-shufflenet", 3, 16, 16).conv(32, 3, 2).relu()
    shape = lambda *d: net.weight(np.array(d, np.int64))
    for _ in range(2):
        net.conv(32, 1, groups=2).relu()
        net.last = net.add("Reshape", net.last, shape(1, 2, 16, 8, 8))
        net.last = net.add("Transpose", net.last, perm=[0, 2, 1, 3, 4])
        net.last = net.add("Reshape", net.last, shape(1, 32, 8, 8))
        net.conv(32, 3, groups=32)
    return net.head(8)


def branched():
    net = Net("net-inception", 3, 16, 16).conv(16, 3).relu()
    x, parts = net.last, []
    for k in (1, 3, 5):
        net.last, net.channels = x, 16
        parts.append(net.conv(8, k).relu().last)
    parts.append(net.add("MaxPool", x, kernel_shape=[3, 3], strides=[1, 1], pads=[1] * 4))
    net.last, net.channels = net.add("Concat", *parts, axis=1), 40
    return net.head(8)


ALL = (plain, wide, separable, squeezed, residual, dense, shuffled, branched)


def main():
    runtime = ort.Runtime(sys.argv[1])
    for make in ALL:
        net = make()
        folder = os.path.join(HERE, "onnx", net.name)
        data = os.path.join(folder, "test_data_set_0")
        os.makedirs(data, exist_ok=True)
        path = net.save(folder)
        os.rename(path, os.path.join(folder, "model.onnx"))
        x = np.random.default_rng(2).standard_normal(net.shape).astype(np.float32)
        y = ort.Session(runtime, os.path.join(folder, "model.onnx"), "input", [net.last], 1).run(x)[0]
        for name, value in (("input_0", x), ("output_0", y)):
            with open(os.path.join(data, name + ".pb"), "wb") as file:
                file.write(numpy_helper.from_array(value).SerializeToString())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
