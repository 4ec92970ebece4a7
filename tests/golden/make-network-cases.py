#!/usr/bin/python3
"""Makes the net-* cases of tests/golden/onnx: small networks of well-known families with seeded random
weights, and what ONNX Runtime 1.30 computes for them, in the form of the ONNX backend tests.

    make-network-cases.py PACKAGE [FOLDER]

PACKAGE is the folder of the npm package onnxruntime-node; needs python3-onnx. With FOLDER the networks of
full size (ConvNeXt-tiny, the attention of MobileViT-S) are written there instead, for
`mien-cli conformance FOLDER`."""
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


def normalised_first():
    """DenseNet as published: norm and ReLU stand before the convolutions they belong to."""
    net = Net("net-densenet-bn", 3, 16, 16).conv(16, 3, norm=False)

    def norm():
        near = lambda at: net.weight(at + 0.2 * net.rng.random(net.channels))
        net.last = net.add("BatchNormalization", net.last, near(0.9), near(-0.1), near(-0.1), near(0.9))
        return net.relu()

    for _ in range(2):
        x, c = net.last, net.channels
        norm().conv(32, 1, norm=False)
        norm().conv(8, 3, norm=False)
        net.last, net.channels = net.add("Concat", x, net.last, axis=1), c + 8
    norm().conv(16, 1, norm=False)
    net.last = net.add("AveragePool", net.last, kernel_shape=[2, 2], strides=[2, 2])
    return norm().head(8)


def fire():
    net = Net("net-squeezenet", 3, 33, 33).conv(16, 3, 2, pad=0).relu()
    for _ in range(2):
        net.last = net.add("MaxPool", net.last, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
        x = net.conv(8, 1, norm=False).relu().last
        left = net.conv(16, 1, norm=False).relu().last
        net.last, net.channels = x, 8
        right = net.conv(16, 3, norm=False).relu().last
        net.last, net.channels = net.add("Concat", left, right, axis=1), 32
    net.conv(8, 1, norm=False).relu()
    net.last = net.add("Softmax", net.add("Flatten", net.add("GlobalAveragePool", net.last)), axis=1)
    return net


def mini_xception():
    """Arriaga et al. 2017: separable layers beside a strided 1x1 layer."""
    net = Net("net-mini-xception", 1, 32, 32).conv(8, 3, pad=0).relu()
    for c in (16, 24):
        x, c_in = net.last, net.channels
        beside = net.conv(c, 1, 2).last
        net.last, net.channels = x, c_in
        net.conv(c_in, 3, 1, c_in, norm=False).conv(c, 1).relu().conv(c, 3, 1, c, norm=False).conv(c, 1)
        net.last = net.add("MaxPool", net.last, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
        net.last = net.add("Add", net.last, beside)
    net.conv(8, 3, norm=False)
    net.last = net.add("Softmax", net.add("Flatten", net.add("GlobalAveragePool", net.last)), axis=1)
    return net


def hard_swished():
    net = Net("net-mobilenet3", 3, 32, 32).conv(16, 3, 2)
    hard_swish = lambda: setattr(net, "last", net.add("HardSwish", net.last))
    net.opset = 14
    hard_swish()
    for k, stride in ((3, 1), (5, 2)):
        x = net.last
        net.conv(40, 1)
        hard_swish()
        net.conv(40, k, stride, 40)
        y = net.last
        net.last = net.add("GlobalAveragePool", y)
        net.conv(8, 1, norm=False).relu().conv(40, 1, norm=False)
        net.last = net.add("Mul", y, net.add("HardSigmoid", net.last, alpha=1 / 6, beta=0.5))
        hard_swish()
        net.conv(16, 1)
        if stride == 1:
            net.last = net.add("Add", net.last, x)
    return net.head(8)


def mesh():
    """Blocks of the face mesh: PRelu, channels padded with zeros beside a pooled shortcut."""
    net = Net("net-facemesh", 3, 32, 32)

    def prelu():
        net.last = net.add("PRelu", net.last, net.weight(net.rng.random((net.channels, 1, 1)) * 0.5))
        return net

    net.conv(16, 3, 2, norm=False)
    prelu()
    for c, stride in ((16, 1), (24, 2)):
        x, c_in = net.last, net.channels
        net.conv(c_in, 3, stride, c_in, norm=False).conv(c, 1, norm=False)
        if stride == 2:
            x = net.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
            x = net.add("Pad", x, net.weight(np.array([0, 0, 0, 0, 0, c - c_in, 0, 0], np.int64)))
        net.last = net.add("Add", net.last, x)
        prelu()
    net.conv(12, 8, pad=0, norm=False)
    net.last = net.add("Reshape", net.last, net.weight(np.array([1, -1], np.int64)))
    return net


def scalar(net, value):
    return net.weight(np.array(value))


def layer_norm(net, x, c, fused):
    """Over the last axis, as one operator or as what older exporters make of it."""
    scale, bias = (net.weight(at + 0.2 * net.rng.random(c)) for at in (0.9, -0.1))
    if fused:
        return net.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-6)
    centred = net.add("Sub", x, net.add("ReduceMean", x, axes=[-1]))
    square = net.add("ReduceMean", net.add("Pow", centred, scalar(net, 2.0)), axes=[-1])
    root = net.add("Sqrt", net.add("Add", square, scalar(net, 1e-6)))
    return net.add("Add", net.add("Mul", net.add("Div", centred, root), scale), bias)


def linear(net, x, c_in, c_out):
    w = net.rng.standard_normal((c_in, c_out)) * c_in ** -0.5
    return net.add("Add", net.add("MatMul", x, net.weight(w)),
                   net.weight(net.rng.standard_normal(c_out) * 0.1))


def gelu(net, x):
    erf = net.add("Erf", net.add("Div", x, scalar(net, 2 ** 0.5)))
    return net.add("Mul", net.add("Mul", x, net.add("Add", erf, scalar(net, 1.0))), scalar(net, 0.5))


def convnext(name, fused, size, widths, depths):
    """Liu et al. 2022."""
    net = Net(name, 3, size, size)
    net.opset = 17 if fused else 13
    last = lambda x: net.add("Transpose", x, perm=[0, 2, 3, 1])
    first = lambda x: net.add("Transpose", x, perm=[0, 3, 1, 2])
    for stage, (c, depth) in enumerate(zip(widths, depths)):
        if stage == 0:
            net.conv(c, 4, 4, norm=False, pad=0)
        net.last = first(layer_norm(net, last(net.last), net.channels, fused))
        if stage > 0:
            net.conv(c, 2, 2, norm=False, pad=0)
        for _ in range(depth):
            x = net.last
            y = layer_norm(net, last(net.conv(c, 7, 1, c, norm=False).last), c, fused)
            y = linear(net, gelu(net, linear(net, y, c, 4 * c)), 4 * c, c)
            y = net.add("Mul", y, net.weight(0.5 * net.rng.random(c)))
            net.last = net.add("Add", x, first(y))
    x = net.add("Flatten", net.add("GlobalAveragePool", net.last))
    net.last = linear(net, layer_norm(net, x, net.channels, fused), net.channels, 8)
    return net


def attention(net, x, tokens, groups, c, heads, fused):
    """Self-attention of @groups independent sequences [groups, tokens, c]."""
    shape = lambda *d: net.weight(np.array(d, np.int64))
    qkv = linear(net, layer_norm(net, x, c, fused), c, 3 * c)
    qkv = net.add("Reshape", qkv, shape(groups, tokens, 3, heads, c // heads))
    qkv = net.add("Transpose", qkv, perm=[2, 0, 3, 1, 4])
    q, k, v = (net.add("Gather", qkv, net.weight(np.array(i, np.int64)), axis=0) for i in range(3))
    score = net.add("MatMul", net.add("Mul", q, scalar(net, (c // heads) ** -0.5)),
                    net.add("Transpose", k, perm=[0, 1, 3, 2]))
    y = net.add("MatMul", net.add("Softmax", score, axis=-1), v)
    y = net.add("Reshape", net.add("Transpose", y, perm=[0, 2, 1, 3]), shape(groups, tokens, c))
    x = net.add("Add", x, linear(net, y, c, c))
    y = linear(net, layer_norm(net, x, c, fused), c, 2 * c)
    y = linear(net, net.add("Mul", y, net.add("Sigmoid", y)), 2 * c, c)
    return net.add("Add", x, y)


def mobilevit(name, fused, size, c, d, heads, layers):
    """Mehta & Rastegari 2022: pixels of patches of 2x2 attend to those at their place elsewhere."""
    net = Net(name, c, size, size)
    net.opset = 17 if fused else 13
    shape = lambda *dims: net.weight(np.array(dims, np.int64))
    start, half, tokens = net.last, size // 2, size * size // 4
    x = net.conv(c, 3).swish().conv(d, 1, norm=False).last
    x = net.add("Transpose", net.add("Reshape", x, shape(d * half, 2, half, 2)), perm=[0, 2, 1, 3])
    x = net.add("Transpose", net.add("Reshape", x, shape(1, d, tokens, 4)), perm=[0, 3, 2, 1])
    x = net.add("Reshape", x, shape(4, tokens, d))
    for _ in range(layers):
        x = attention(net, x, tokens, 4, d, heads, fused)
    x = net.add("Reshape", layer_norm(net, x, d, fused), shape(1, 4, tokens, d))
    x = net.add("Reshape", net.add("Transpose", x, perm=[0, 3, 2, 1]), shape(d * half, half, 2, 2))
    x = net.add("Transpose", x, perm=[0, 2, 1, 3])
    net.last = net.add("Reshape", x, shape(1, d, size, size))
    net.conv(c, 1).swish()
    net.last, net.channels = net.add("Concat", start, net.last, axis=1), 2 * c
    net.conv(c, 3).swish()
    return net.head(8)


def small_convnext():
    return convnext("net-convnext", True, 32, (24, 40), (2, 1))


def small_convnext_decomposed():
    return convnext("net-convnext-decomposed", False, 32, (24, 40), (1, 1))


def small_mobilevit():
    return mobilevit("net-mobilevit", True, 8, 16, 24, 4, 2)


def small_mobilevit_decomposed():
    return mobilevit("net-mobilevit-decomposed", False, 8, 16, 24, 4, 1)


ALL = (plain, wide, separable, squeezed, residual, dense, shuffled, branched, normalised_first, fire,
       mini_xception, hard_swished, mesh, small_convnext, small_convnext_decomposed, small_mobilevit,
       small_mobilevit_decomposed)


def full_size():
    for fused in (True, False):
        kind = "" if fused else "-decomposed"
        yield convnext("convnext-tiny" + kind, fused, 224, (96, 192, 384, 768), (3, 3, 9, 3))
        yield mobilevit("mobilevit-s" + kind, fused, 32, 96, 144, 4, 2)


def write(runtime, net, where):
    folder = os.path.join(where, net.name)
    data = os.path.join(folder, "test_data_set_0")
    os.makedirs(data, exist_ok=True)
    os.rename(net.save(folder), os.path.join(folder, "model.onnx"))
    x = np.random.default_rng(2).standard_normal(net.shape).astype(np.float32)
    y = ort.Session(runtime, os.path.join(folder, "model.onnx"), "input", [net.last], 1).run(x)[0]
    for name, value in (("input_0", x), ("output_0", y)):
        with open(os.path.join(data, name + ".pb"), "wb") as file:
            file.write(numpy_helper.from_array(value).SerializeToString())


def main():
    runtime = ort.Runtime(sys.argv[1])
    if len(sys.argv) > 2:
        for net in full_size():
            write(runtime, net, sys.argv[2])
        return
    for make in ALL:
        write(runtime, make(), os.path.join(HERE, "onnx"))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main()
