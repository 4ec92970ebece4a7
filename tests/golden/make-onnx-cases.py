#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/golden/onnx: small models with input and expected output, in the layout of ONNX's
backend tests. The expected values are computed here with NumPy, straight from the definitions.

    tests/golden/make-onnx-cases.py        needs python3-onnx and python3-numpy
"""
import os

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "onnx")
RANDOM = np.random.RandomState(20261123)


def floats(*shape):
    return RANDOM.uniform(-1, 1, shape).astype(np.float32)


def write(name, nodes, inputs, outputs, constants=None, opset=13):
    """inputs and outputs: {name: array}; constants: {name: array}, stored as initialisers."""
    folder = os.path.join(HERE, name)
    data = os.path.join(folder, "test_data_set_0")
    os.makedirs(data, exist_ok=True)

    def infos(arrays):
        return [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype)
                                              if hasattr(helper, "np_dtype_to_tensor_dtype")
                                              else numpy_helper.from_array(a).data_type, a.shape)
                for n, a in arrays.items()]

    graph = helper.make_graph(nodes, name, infos(inputs), infos(outputs),
                              [numpy_helper.from_array(a, n) for n, a in (constants or {}).items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)],
                              producer_name="make-onnx-cases.py")
    model.ir_version = 7
    save(model, os.path.join(folder, "model.onnx"))
    for kind, arrays in (("input", inputs), ("output", outputs)):
        for i, (n, a) in enumerate(arrays.items()):
            with open(os.path.join(data, f"{kind}_{i}.pb"), "wb") as f:
                f.write(numpy_helper.from_array(a, n).SerializeToString())


def conv(x, w, stride=1, pad=0, dilation=1, groups=1):
    x = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    n, c, h, width = x.shape
    o, _, kh, kw = w.shape
    oh = (h - (kh - 1) * dilation - 1) // stride + 1
    ow = (width - (kw - 1) * dilation - 1) // stride + 1
    y = np.zeros((n, o, oh, ow))
    for k in range(o):
        first = k // (o // groups) * (c // groups)
        for i in range(oh):
            for j in range(ow):
                part = x[:, first:first + c // groups,
                         i * stride:i * stride + (kh - 1) * dilation + 1:dilation,
                         j * stride:j * stride + (kw - 1) * dilation + 1:dilation]
                y[:, k, i, j] = (part * w[k]).sum(axis=(1, 2, 3))
    return y


def conv_case(name, x, w, bias, **kw):
    node = helper.make_node("Conv", ["x", "w", "b"], ["y"], kernel_shape=w.shape[2:],
                            strides=[kw.get("stride", 1)] * 2, pads=[kw.get("pad", 0)] * 4,
                            dilations=[kw.get("dilation", 1)] * 2, group=kw.get("groups", 1))
    y = conv(x, w, **kw) + bias[None, :, None, None]
    write(name, [node], {"x": x}, {"y": y.astype(np.float32)}, {"w": w, "b": bias})


def residual_case():
    """conv, sum, ReLU: what the engine fuses into one step."""
    x, w, b = floats(1, 20, 7, 9), floats(20, 20, 3, 3), floats(20)
    nodes = [helper.make_node("Conv", ["x", "w", "b"], ["c"], kernel_shape=[3, 3], pads=[1] * 4),
             helper.make_node("Add", ["x", "c"], ["s"]),
             helper.make_node("Relu", ["s"], ["y"])]
    y = np.maximum(conv(x, w, pad=1) + b[None, :, None, None] + x, 0)
    write("residual", nodes, {"x": x}, {"y": y.astype(np.float32)}, {"w": w, "b": b})


def attention_case():
    q, k, v = floats(2, 3, 5, 4), floats(2, 3, 6, 4), floats(2, 3, 6, 4)
    nodes = [helper.make_node("Transpose", ["k"], ["kt"], perm=[0, 1, 3, 2]),
             helper.make_node("MatMul", ["q", "kt"], ["s"]),
             helper.make_node("Softmax", ["s"], ["p"], axis=-1),
             helper.make_node("MatMul", ["p", "v"], ["y"])]
    s = q.astype(np.float64) @ k.transpose(0, 1, 3, 2)
    p = np.exp(s - s.max(-1, keepdims=True))
    y = p / p.sum(-1, keepdims=True) @ v
    write("attention", nodes, {"q": q, "k": k, "v": v}, {"y": y.astype(np.float32)})


def lstm_case():
    t, n, size, hidden = 4, 2, 3, 5
    x, w, r, b = floats(t, n, size), floats(1, 4 * hidden, size), floats(1, 4 * hidden, hidden), \
        floats(1, 8 * hidden)
    h = c = np.zeros((n, hidden))
    ys = []
    sigmoid = lambda a: 1 / (1 + np.exp(-a))
    for step in x.astype(np.float64):
        gates = step @ w[0].T + h @ r[0].T + b[0, :4 * hidden] + b[0, 4 * hidden:]
        i, o, f, g = np.split(gates, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        ys.append(h)
    write("lstm", [helper.make_node("LSTM", ["x", "w", "r", "b"], ["y", "h"], hidden_size=hidden)],
          {"x": x}, {"y": np.stack(ys)[:, None].astype(np.float32), "h": h[None].astype(np.float32)},
          {"w": w, "r": r, "b": b})


def main():
    conv_case("conv3x3", floats(2, 5, 8, 7), floats(18, 5, 3, 3), floats(18), pad=1)
    conv_case("conv5x5", floats(1, 16, 9, 9), floats(16, 16, 5, 5), floats(16), pad=2)
    conv_case("conv1x1", floats(1, 33, 6, 6), floats(17, 33, 1, 1), floats(17))
    conv_case("conv-stride", floats(1, 3, 11, 11), floats(8, 3, 3, 3), floats(8), stride=2, pad=1)
    conv_case("conv-dilated", floats(1, 4, 9, 9), floats(4, 4, 3, 3), floats(4), dilation=2, pad=2)
    conv_case("conv-depthwise", floats(1, 19, 8, 8), floats(19, 1, 3, 3), floats(19), pad=1, groups=19)
    conv_case("conv-grouped", floats(1, 8, 6, 6), floats(12, 4, 3, 3), floats(12), pad=1, groups=2)
    residual_case()
    attention_case()
    lstm_case()
    x = floats(2, 3, 4)
    write("reshape-from-shape",
          [helper.make_node("Shape", ["x"], ["s"]),
           helper.make_node("Gather", ["s", "zero"], ["n"], axis=0),
           helper.make_node("Unsqueeze", ["n", "axes"], ["n1"]),
           helper.make_node("Concat", ["n1", "rest"], ["to"], axis=0),
           helper.make_node("Reshape", ["x", "to"], ["y"])],
          {"x": x}, {"y": x.reshape(2, 12)},
          {"zero": np.array(0), "axes": np.array([0]), "rest": np.array([-1])})
    x = floats(1, 2, 3, 5)
    write("resize-nearest", [helper.make_node("Resize", ["x", "", "scales"], ["y"], mode="nearest",
                                              coordinate_transformation_mode="asymmetric",
                                              nearest_mode="floor")],
          {"x": x}, {"y": x.repeat(2, 2).repeat(2, 3)},
          {"scales": np.array([1, 1, 2, 2], np.float32)})
    q = RANDOM.randint(0, 255, (3, 4)).astype(np.uint8)
    scale, zero = np.array([0.5, 0.25, 2], np.float32), np.array([128, 0, 7], np.uint8)
    y = (q.astype(np.float32) - zero[:, None]) * scale[:, None]
    write("dequantize", [helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["y"], axis=0)],
          {"q": q}, {"y": y.astype(np.float32)}, {"scale": scale, "zero": zero})
    h = floats(4, 3).astype(np.float16)
    x = floats(2, 4)
    write("float16-weights",
          [helper.make_node("Cast", ["h"], ["w"], to=TensorProto.FLOAT),
           helper.make_node("MatMul", ["x", "w"], ["y"])],
          {"x": x}, {"y": x @ h.astype(np.float32)}, {"h": h})


if __name__ == "__main__":
    main()
