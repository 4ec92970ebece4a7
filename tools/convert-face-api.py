#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts networks of the npm package @vladmandic/face-api (MIT) to ONNX.

  convert-face-api.py PACKAGE_DIR OUTPUT_DIR [ssd|landmarks|embedding ...]

The package keeps weights as bytes with a scale and a minimum for each tensor. Large ones stay bytes
here, so no rounding is added; batch normalisation is folded in float64. Inputs are pixels 0..255,
planar RGB; normalisation is part of the graph.
"""
import json
import os
import sys

import numpy as np

import mienonnx

SOURCE = "npm @vladmandic/face-api {version}, {file}"


class Weights:
    """Tensors of a tfjs weights manifest, by name: codes, scale, minimum and value."""

    def __init__(self, package, name):
        folder = os.path.join(package, "model")
        with open(os.path.join(folder, name + "-weights_manifest.json"), encoding="utf-8") as f:
            groups = json.load(f)
        self.entries = {}
        for group in groups:
            data = b"".join(open(os.path.join(folder, p), "rb").read() for p in group["paths"])
            offset = 0
            for w in group["weights"]:
                offset = self._read(w, data, offset)
            assert offset == len(data), name

    def _read(self, w, data, offset):
        count = int(np.prod(w["shape"], dtype=np.int64))
        q = w.get("quantization")
        dtype = np.dtype(np.uint8 if q else w["dtype"])
        raw = np.frombuffer(data, dtype, count, offset).reshape(w["shape"])
        # tfjs dequantises in float32: value = code * scale + min.
        scale, low = (q["scale"], q["min"]) if q else (1.0, 0.0)
        value = raw * np.float32(scale) + np.float32(low) if q else raw
        self.entries[w["name"]] = (raw if q else None, scale, low, value)
        return offset + raw.nbytes

    def value(self, name):
        return self.entries[name][3].astype(np.float32)

    def put(self, b, name, axes, factor=1.0):
        """Adds weight @name, transposed by @axes and times @factor, to builder @b as bytes."""
        codes, scale, low, value = self.entries[name]
        flat = name.replace("/", "_")
        zero = round(-low / scale) if codes is not None else -1
        if codes is None or not 0 <= zero <= 255 or abs(low + zero * scale) > 1e-6 * scale:
            return b.weight_f16(flat, (value * factor).transpose(axes))
        return b.weight_q8(flat, codes.transpose(axes), scale * factor, zero)


HWIO_TO_OIHW = (3, 2, 0, 1)
HWCM_TO_OIHW = (2, 3, 0, 1)


def conv(b, x, weight, bias, stride=1, groups=1):
    return b.node(
        "Conv", [x, weight, bias], "conv", auto_pad="SAME_UPPER", strides=[stride, stride], group=groups
    )


class Ssd:
    """SSD on MobileNet 1, as src/ssdMobilenetv1 of the package computes it."""

    # Cells of 512 x 512 pixels and anchors a cell of each of the six maps.
    LEVELS = [(32, 3), (16, 6), (8, 6), (4, 6), (2, 6), (1, 6)]

    def __init__(self, package):
        self.w = Weights(package, "ssd_mobilenetv1_model")
        self.b = mienonnx.Builder()
        self.b.constant("zero", np.float32(0))
        self.b.constant("six", np.float32(6))

    def clip(self, x):
        return self.b.node("Clip", [x, "zero", "six"], "relu6")

    def pointwise(self, x, prefix, stride=1, factor=1.0):
        weight = self.w.put(self.b, prefix + "/weights", HWIO_TO_OIHW, factor)
        bias = self.b.constant(
            prefix.replace("/", "_") + "_bias", self.w.value(prefix + "/convolution_bn_offset")
        )
        return self.clip(conv(self.b, x, weight, bias, stride))

    def depthwise(self, x, prefix, stride):
        value = {k: self.w.value(f"{prefix}/BatchNorm/{k}").astype(np.float64)
                 for k in ("gamma", "beta", "moving_mean", "moving_variance")}
        gain = value["gamma"] / np.sqrt(value["moving_variance"] + 0.0010000000474974513)
        weight = self.w.value(prefix + "/depthwise_weights").transpose(HWCM_TO_OIHW)
        weight = weight * gain[:, None, None, None]
        bias = value["beta"] - value["moving_mean"] * gain
        flat = prefix.replace("/", "_")
        weight = self.b.constant(flat + "_weight", weight.astype(np.float32))
        bias = self.b.constant(flat + "_bias", bias.astype(np.float32))
        return self.clip(conv(self.b, x, weight, bias, stride, len(gain)))

    def predict(self, x, level, kind, width):
        prefix = f"Prediction/BoxPredictor_{level}/{kind}"
        weight = self.w.put(self.b, prefix + "/weights", HWIO_TO_OIHW)
        bias = self.b.constant(prefix.replace("/", "_") + "_bias", self.w.value(prefix + "/biases"))
        out = conv(self.b, x, weight, bias)
        out = self.b.node("Transpose", [out], "nhwc", perm=[0, 2, 3, 1])
        shape = self.b.constant(self.b.name("shape"), np.array([0, -1, width], np.int64))
        # A batch of 0 in a Reshape means "as it is".
        return self.b.node("Reshape", [out, shape], "anchors")

    def anchors(self):
        """Sizes [height, width] in pixels of the anchors a level; checks that they lie on a grid."""
        boxes = self.w.value("Output/extra_dim")[0].astype(np.float64) * 512
        sizes, at = [], 0
        for cells, per_cell in self.LEVELS:
            level = boxes[at : at + cells * cells * per_cell].reshape(cells, cells, per_cell, 4)
            at += cells * cells * per_cell
            size = level[0, 0, :, 2:] - level[0, 0, :, :2]
            centre = (np.arange(cells) + 0.5) * 512 / cells
            for i, axis in ((0, (slice(None), None, None)), (1, (None, slice(None), None))):
                half = (level[..., i] + level[..., i + 2]) / 2
                assert np.abs(half - centre[axis]).max() < 1e-3
            assert np.abs(level[..., 2:] - level[..., :2] - size).max() < 1e-3
            sizes.append([[round(float(v), 4) for v in s] for s in size])
        assert at == len(boxes)
        return sizes

    def build(self):
        b = self.b
        b.constant("mean", np.float32(127.5))
        x = b.node("Sub", ["image", "mean"], "centred")
        x = self.pointwise(x, "MobilenetV1/Conv2d_0_pointwise", 2, 1 / 127.5)
        for i in range(1, 14):
            x = self.depthwise(x, f"MobilenetV1/Conv2d_{i}_depthwise", 2 if i in (2, 4, 6, 12) else 1)
            x = self.pointwise(x, f"MobilenetV1/Conv2d_{i}_pointwise")
            if i == 11:
                maps = [x]
        maps.append(x)
        for i in range(8):
            x = self.pointwise(x, f"Prediction/Conv2d_{i}_pointwise", 1 + i % 2)
            if i % 2:
                maps.append(x)
        boxes = [self.predict(m, i, "BoxEncodingPredictor", 4) for i, m in enumerate(maps)]
        classes = [self.predict(m, i, "ClassPredictor", 3) for i, m in enumerate(maps)]
        b.node("Concat", boxes, output="encodings", axis=1)
        logits = b.node("Concat", classes, "logits", axis=1)
        starts, ends, axes = (
            b.constant(n, np.array([v], np.int64)) for n, v in (("one", 1), ("two", 2), ("last", 2))
        )
        face = b.node("Slice", [logits, starts, ends, axes], "face_logit")
        b.node("Sigmoid", [face], output="scores")


def card(package, task, file, **more):
    with open(os.path.join(package, "package.json"), encoding="utf-8") as f:
        version = json.load(f)["version"]
    base = {
        "task": task,
        "licence": "MIT",
        "source": SOURCE.format(version=version, file=file)
        + "; converted by tools/convert-face-api.py",
    }
    base.update(more)
    return base


def convert_ssd(package, output):
    net = Ssd(package)
    net.build()
    metadata = card(
        package,
        "detector",
        "ssd_mobilenetv1_model",
        input={
            "name": "image", "layout": "nchw", "channels": 3, "order": "rgb", "range": [0, 255],
            "width": 512, "height": 512, "multiple": 32,
        },
        crop={"rule": "letterbox", "align": "corner", "border": "black"},
        precision="bfloat16",
        detector={
            "kind": "ssd", "min_score": 0.4, "max_overlap": 0.5, "min_face": 48,
            "support_score": 0.15, "sure_score": 0.74, "companion": "blazeface-range.onnx",
            "strides": [512 // cells for cells, _ in Ssd.LEVELS], "anchors": net.anchors(),
        },
        default=True,
        training="by the authors of the package's source, on WIDER FACE (Yang et al. 2016)",
        description="Accurate detector, default for files, together with its companion, which sees "
        "faces that it overlooks. Outputs: encodings [n,a,4] "
        "(dy,dx,dh,dw over 10,10,5,5 against the anchors), scores [n,a,1].",
    )
    model = net.b.model(
        "ssd-mobilenet",
        [("image", ["n", 3, "height", "width"])],
        [("encodings", ["n", "anchors", 4]), ("scores", ["n", "anchors", 1])],
        metadata,
    )
    mienonnx.save(model, metadata, os.path.join(output, "ssd-mobilenet.onnx"))


class Landmarks:
    """Four dense blocks of separable convolutions, as src/faceFeatureExtractor computes them."""

    def __init__(self, package):
        self.w = Weights(package, "face_landmark_68_model")
        self.b = mienonnx.Builder()

    def bias(self, prefix):
        return self.b.constant(prefix.replace("/", "_") + "_bias", self.w.value(prefix + "/bias"))

    def separable(self, x, prefix, stride):
        depth = self.w.put(self.b, prefix + "/depthwise_filter", HWCM_TO_OIHW)
        channels = self.w.value(prefix + "/depthwise_filter").shape[2]
        x = self.b.node("Conv", [x, depth], "depthwise", auto_pad="SAME_UPPER",
                        strides=[stride, stride], group=channels)
        point = self.w.put(self.b, prefix + "/pointwise_filter", HWIO_TO_OIHW)
        return conv(self.b, x, point, self.bias(prefix))

    def block(self, x, i):
        b, prefix = self.b, f"dense{i}"
        if i == 0:
            weight = self.w.put(b, prefix + "/conv0/filters", HWIO_TO_OIHW, 1 / 255)
            first = conv(b, x, weight, self.bias(prefix + "/conv0"), 2)
        else:
            first = self.separable(x, prefix + "/conv0", 2)
        total = out = b.node("Relu", [first], "relu")
        for j in range(1, 4):
            total = b.node("Add", [total, self.separable(out, f"{prefix}/conv{j}", 1)], "sum")
            out = b.node("Relu", [total], "relu")
        return out

    def build(self):
        b = self.b
        b.constant("mean", np.array([122.782, 117.001, 104.298], np.float32).reshape(1, 3, 1, 1))
        x = b.node("Sub", ["face", "mean"], "centred")
        for i in range(4):
            x = self.block(x, i)
        x = b.node("AveragePool", [x], "pool", kernel_shape=[7, 7], strides=[2, 2])
        x = b.node("Flatten", [x], "flat")
        weight = self.w.put(b, "fc/weights", (0, 1))
        x = b.node("MatMul", [x, weight], "linear")
        b.node("Add", [x, self.bias("fc")], output="points")


def convert_landmarks(package, output):
    net = Landmarks(package)
    net.build()
    metadata = card(
        package,
        "landmarks",
        "face_landmark_68_model",
        input={"name": "face", "layout": "nchw", "channels": 3, "order": "rgb", "range": [0, 255],
               "width": 112, "height": 112},
        crop={"rule": "letterbox", "border": "black"},
        labels=[f"point {i}" for i in range(68)],
        default=True,
        training="by the authors of the package's source, on about 35,000 faces labelled with "
        "68 points",
        description="68 points of a face. Output: points [n,136], x and y in fractions of the crop.",
    )
    model = net.b.model(
        "landmarks68", [("face", ["n", 3, 112, 112])], [("points", ["n", 136])], metadata
    )
    mienonnx.save(model, metadata, os.path.join(output, "landmarks68.onnx"))


class Embedding:
    """A residual network whose 128 numbers lie close for one person, as src/faceRecognitionNet."""

    # Layer, channels, and whether it halves the size.
    LAYERS = (
        [(f"conv32_{i}", 32, False) for i in (1, 2, 3)]
        + [("conv64_down", 64, True)] + [(f"conv64_{i}", 64, False) for i in (1, 2, 3)]
        + [("conv128_down", 128, True)] + [(f"conv128_{i}", 128, False) for i in (1, 2)]
        + [("conv256_down", 256, True)] + [(f"conv256_{i}", 256, False) for i in (1, 2)]
        + [("conv256_down_out", 256, True)]
    )

    def __init__(self, package):
        self.w = Weights(package, "face_recognition_model")
        self.b = mienonnx.Builder()

    def conv(self, x, prefix, stride, factor=1.0, relu=True):
        """Convolution, then a scale and a shift a channel: a batch normalisation of mean 0, variance 1."""
        b, flat = self.b, prefix.replace("/", "_")
        weight = self.w.put(b, prefix + "/conv/filters", HWIO_TO_OIHW, factor)
        bias = b.constant(flat + "_bias", self.w.value(prefix + "/conv/bias"))
        gain = self.w.value(prefix + "/scale/weights")
        norm = [b.constant(flat + "_gain", gain),
                b.constant(flat + "_shift", self.w.value(prefix + "/scale/biases")),
                b.constant(flat + "_mean", np.zeros_like(gain)),
                b.constant(flat + "_variance", np.ones_like(gain))]
        x = b.node("Conv", [x, weight, bias], "conv", strides=[stride, stride],
                   auto_pad="SAME_UPPER" if stride == 1 else "VALID")
        x = b.node("BatchNormalization", [x] + norm, "norm", epsilon=0.0)
        return b.node("Relu", [x], "relu") if relu else x

    def pad(self, x, channels, rows):
        pads = self.b.constant(self.b.name("pads"),
                               np.array([0, 0, 0, 0, 0, channels, rows, rows], np.int64))
        return self.b.node("Pad", [x, pads], "padded")

    def build(self):
        b = self.b
        b.constant("mean", np.array([122.782, 117.001, 104.298], np.float32).reshape(1, 3, 1, 1))
        x = b.node("Sub", ["face", "mean"], "centred")
        x = self.conv(x, "conv32_down", 2, 1 / 255)
        x = b.node("MaxPool", [x], "pool", kernel_shape=[3, 3], strides=[2, 2])
        side, channels = 35, 32
        for name, wide, is_down in self.LAYERS:
            y = self.conv(x, name + "/conv1", 2 if is_down else 1)
            y = self.conv(y, name + "/conv2", 1, relu=False)
            if is_down:
                x = b.node("AveragePool", [x], "pool", kernel_shape=[2, 2], strides=[2, 2])
                if (side - 3) // 2 + 1 != side // 2:
                    y = self.pad(y, 0, side // 2 - ((side - 3) // 2 + 1))
                if wide != channels:
                    x = self.pad(x, wide - channels, 0)
                side, channels = side // 2, wide
            x = b.node("Relu", [b.node("Add", [x, y], "sum")], "relu")
        x = b.node("GlobalAveragePool", [x], "pool")
        x = b.node("Flatten", [x], "flat")
        weight = self.w.put(b, "fc", (0, 1))
        b.node("MatMul", [x, weight], output="embedding")


def convert_embedding(package, output):
    net = Embedding(package)
    net.build()
    metadata = card(
        package,
        "embedding",
        "face_recognition_model",
        input={"name": "face", "layout": "nchw", "channels": 3, "order": "rgb", "range": [0, 255],
               "width": 150, "height": 150},
        # Where dlib's face chips of 150 pixels with a quarter of padding have the eyes.
        crop={"rule": "eyes", "right": [0.317, 0.311], "left": [0.67, 0.311], "border": "repeat"},
        default=True,
        training="by Davis King (dlib_face_recognition_resnet_model_v1, CC0) on about three million "
        "faces; carried over by the authors of the package's source",
        description="128 numbers that lie close for one person. Output: embedding [n,128].",
    )
    model = net.b.model(
        "embedding128", [("face", ["n", 3, 150, 150])], [("embedding", ["n", 128])], metadata
    )
    mienonnx.save(model, metadata, os.path.join(output, "embedding128.onnx"))


CONVERTERS = {"ssd": convert_ssd, "landmarks": convert_landmarks, "embedding": convert_embedding}


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    for name in sys.argv[3:] or CONVERTERS:
        CONVERTERS[name](sys.argv[1], sys.argv[2])


if __name__ == "__main__":
    main()
