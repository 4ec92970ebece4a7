#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts networks of MediaPipe's npm packages (Apache-2.0) from TensorFlow Lite to ONNX.

  convert-mediapipe.py NODE_MODULES OUTPUT_DIR [fast|range|mesh ...]

Channels come first in ONNX; inputs are pixels 0..255, planar RGB, and the packages' own scaling is
part of the graph. Weights are half precision in the source and stay so.
"""
import json
import os
import re
import sys

import numpy as np

import mienonnx
import tflite


class Converter:
    """Walks the operators of a TensorFlow Lite model and builds the same in ONNX."""

    def __init__(self, data):
        self.m = tflite.Model(data)
        self.b = mienonnx.Builder()
        self.values = {}  # tensor number -> ONNX value
        self.constants = {i: t.value for i, t in enumerate(self.m.tensors) if t.value is not None}
        self.first_scale = 1.0

    def run(self, input_name, subtract, scale):
        """The network sees (pixel - subtract) * scale; the scale moves into the first weights."""
        self.b.constant("mean", np.float32(subtract))
        self.values[self.m.inputs[0]] = self.b.node("Sub", [input_name, "mean"], "centred")
        self.first_scale = scale
        for op in self.m.operators:
            getattr(self, op.name.lower())(op)
        return [self.values[i] for i in self.m.outputs]

    def constant(self, number):
        return np.asarray(self.constants[number], np.float32)

    def finish(self, op, value):
        activation = tflite.ACTIVATIONS[op.options.get("activation", 0)]
        if activation == "RELU":
            value = self.b.node("Relu", [value], "relu")
        elif activation == "RELU6":
            zero, six = (self.b.constant(self.b.name("limit"), np.float32(v)) for v in (0, 6))
            value = self.b.node("Clip", [value, zero, six], "relu6")
        self.values[op.outputs[0]] = value

    def dequantize(self, op):
        self.constants[op.outputs[0]] = self.constants[op.inputs[0]]

    def add_conv(self, op, weight, groups):
        # Scaled weights are no longer exact in half precision.
        is_exact = self.first_scale == 1.0
        weight = weight * np.float32(self.first_scale)
        self.first_scale = 1.0
        inputs = [
            self.values[op.inputs[0]],
            self.b.weight_f16(self.b.name("weight"), weight)
            if is_exact and weight.size > 64
            else self.b.constant(self.b.name("weight"), weight),
            self.b.constant(self.b.name("bias"), self.constant(op.inputs[2])),
        ]
        o = op.options
        strides = [o["stride_h"], o["stride_w"]]
        pad = "SAME_UPPER" if o["padding"] == 0 and weight.shape[2:] != (1, 1) else "VALID"
        self.finish(op, self.b.node("Conv", inputs, "conv", strides=strides, group=groups,
                                    auto_pad=pad))

    def conv_2d(self, op):
        self.add_conv(op, self.constant(op.inputs[1]).transpose(0, 3, 1, 2), 1)

    def depthwise_conv_2d(self, op):
        assert op.options["multiplier"] == 1
        weight = self.constant(op.inputs[1]).transpose(3, 0, 1, 2)
        self.add_conv(op, weight, weight.shape[0])

    def relu(self, op):
        self.values[op.outputs[0]] = self.b.node("Relu", [self.values[op.inputs[0]]], "relu")

    def prelu(self, op):
        slope = self.constant(op.inputs[1]).reshape(-1, 1, 1)
        slope = self.b.constant(self.b.name("slope"), slope)
        self.values[op.outputs[0]] = self.b.node("PRelu", [self.values[op.inputs[0]], slope], "prelu")

    def logistic(self, op):
        self.values[op.outputs[0]] = self.b.node("Sigmoid", [self.values[op.inputs[0]]], "sigmoid")

    def add(self, op):
        self.finish(op, self.b.node("Add", [self.values[i] for i in op.inputs], "sum"))

    def max_pool_2d(self, op):
        o = op.options
        self.finish(op, self.b.node(
            "MaxPool", [self.values[op.inputs[0]]], "pool", kernel_shape=[o["height"], o["width"]],
            strides=[o["stride_h"], o["stride_w"]],
            auto_pad="SAME_UPPER" if o["padding"] == 0 else "VALID"))

    def pad(self, op):
        pads = np.asarray(self.constants[op.inputs[1]])[[0, 3, 1, 2]]
        pads = self.b.constant(self.b.name("pads"), pads.T.reshape(-1).astype(np.int64))
        self.values[op.outputs[0]] = self.b.node("Pad", [self.values[op.inputs[0]], pads], "padded")

    def resize_bilinear(self, op):
        before = self.m.tensors[op.inputs[0]].shape
        after = self.m.tensors[op.outputs[0]].shape
        scales = np.array([1, 1, after[1] / before[1], after[2] / before[2]], np.float32)
        mode = "half_pixel" if op.options["half_pixel"] else "asymmetric"
        assert not op.options["align_corners"]
        self.values[op.outputs[0]] = self.b.node(
            "Resize",
            [self.values[op.inputs[0]], "", self.b.constant(self.b.name("scales"), scales)],
            "resized", mode="linear", coordinate_transformation_mode=mode)

    def reshape(self, op):
        """Rows of what a cell says, cell by cell."""
        width = self.m.tensors[op.outputs[0]].shape[-1]
        shape = self.b.constant(self.b.name("shape"), np.array([0, -1, width], np.int64))
        rows = self.b.node("Transpose", [self.values[op.inputs[0]]], "nhwc", perm=[0, 2, 3, 1])
        self.values[op.outputs[0]] = self.b.node("Reshape", [rows, shape], "rows")

    def concatenation(self, op):
        assert op.options["axis"] == 1
        values = [self.values[i] for i in op.inputs]
        self.finish(op, self.b.node("Concat", values, "all", axis=1))


def card(modules, package, task, file, **more):
    with open(os.path.join(modules, package, "package.json"), encoding="utf-8") as f:
        version = json.load(f)["version"]
    base = {
        "task": task,
        "licence": "Apache-2.0",
        "source": f"npm {package} {version}, {file}; converted by tools/convert-mediapipe.py",
    }
    base.update(more)
    return base


def convert_blazeface(modules, output, file, name, side, multiple, strides, per_cell, description,
                      card_more=None, **more):
    package = "@mediapipe/face_detection"
    with open(os.path.join(modules, package, file), "rb") as f:
        c = Converter(f.read())
    boxes, logits = c.run("image", 127.5, 1 / 127.5)
    c.b.node("Identity", [boxes], output="boxes")
    c.b.node("Sigmoid", [logits], output="scores")
    metadata = card(
        modules, package, "detector", file,
        input={"name": "image", "layout": "nchw", "channels": 3, "order": "rgb",
               "range": [0, 255], "width": side, "height": side, "multiple": multiple},
        crop={"rule": "letterbox", "align": "centre", "border": "black"},
        detector={"kind": "blazeface", "min_score": 0.5, "max_overlap": 0.3,
                  "strides": strides, "per_cell": per_cell, **more},
        **(card_more or {}),
        training="by Google on its own pictures, see the MediaPipe model card",
        description=description + " Outputs: boxes [n,a,16] (centre, size and six points in "
        "pixels from the cell's centre), scores [n,a,1].",
    )
    model = c.b.model(name, [("image", ["n", 3, "height", "width"])],
                      [("boxes", ["n", "anchors", 16]), ("scores", ["n", "anchors", 1])], metadata)
    mienonnx.save(model, metadata, os.path.join(output, name + ".onnx"))


def read_packed(modules, package, bundle, name):
    """A file out of what the package's loader unpacks."""
    loader = os.path.join(modules, package, bundle + "_loader.js")
    with open(loader, encoding="utf-8") as f:
        files = json.loads(re.search(r'"files": (\[.*?\])', f.read()).group(1))
    entry = next(e for e in files if e["filename"].endswith("/" + name))
    with open(os.path.join(modules, package, bundle + ".data"), "rb") as f:
        f.seek(entry["start"])
        return f.read(entry["end"] - entry["start"])


def convert_mesh(modules, output):
    package, file, side = "@mediapipe/face_mesh", "face_landmark.tflite", 192
    c = Converter(read_packed(modules, package, "face_mesh_solution_packed_assets", file))
    points, flag = c.run("face", 0.0, 1 / 255)
    flat = c.b.constant("flat", np.array([0, -1], np.int64))
    points = c.b.node("Reshape", [points, flat], "numbers")
    # Pixels of the crop become fractions of it, as in the other networks of this task.
    c.b.node("Mul", [points, c.b.constant("fraction", np.float32(1 / side))], output="points")
    c.b.node("Sigmoid", [c.b.node("Reshape", [flag, flat], "logit")], output="presence")
    metadata = card(
        modules, package, "landmarks", file,
        input={"name": "face", "layout": "nchw", "channels": 3, "order": "rgb",
               "range": [0, 255], "width": side, "height": side},
        crop={"rule": "square", "scale": 1.5, "border": "repeat"},
        landmarks={"points": 468, "dimensions": 3, "refine": 1.5},
        training="by Google on its own pictures, see the MediaPipe model card",
        description="A mesh of 468 points of a face. Outputs: points [n,1404], x, y and depth in "
        "fractions of the crop; presence [n,1], how sure it is that the crop shows a face.",
    )
    model = c.b.model("mesh468", [("face", ["n", 3, side, side])],
                      [("points", ["n", 1404]), ("presence", ["n", 1])], metadata)
    mienonnx.save(model, metadata, os.path.join(output, "mesh468.onnx"))


def convert_fast(modules, output):
    convert_blazeface(modules, output, "face_detection_short_range.tflite", "blazeface", 128, 16,
                      [8, 16], [2, 6], "BlazeFace, short range: fast, for faces near the camera.")


def convert_range(modules, output):
    convert_blazeface(modules, output, "face_detection_full_range.tflite", "blazeface-range", 256, 32,
                      [4], [1], "BlazeFace, full range: for faces up to five metres away.",
                      card_more={"precision": "bfloat16"},
                      support_score=0.3, sure_score=0.69, expand_x=0.863, expand_y=1.194,
                      shift_y=-0.08)


CONVERTERS = {"fast": convert_fast, "range": convert_range, "mesh": convert_mesh}


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    for name in sys.argv[3:] or CONVERTERS:
        CONVERTERS[name](sys.argv[1], sys.argv[2])


if __name__ == "__main__":
    main()
