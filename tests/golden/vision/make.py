#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the golden data of the vision and emotion tests beside this script.

  make.py NODE_MODULES

NODE_MODULES holds @vladmandic/face-api, @tensorflow/tfjs, onnxruntime-node,
@mediapipe/face_detection and @mediapipe/face_mesh. The picture is scikit-image's astronaut (NASA, public domain). What is
compared with: face-api on tfjs' CPU backend, ONNX Runtime, OpenCV, and for BlazeFace and the mesh the TensorFlow
Lite file computed by PyTorch in its own channels-last layout.
"""
import importlib
import os
import subprocess
import sys
import tempfile

import cv2
import numpy as np
import skimage.data
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..")
TOOLS = os.path.join(ROOT, "tools")
CASCADE = "haarcascade_frontalface_alt2.xml"
sys.path.insert(0, TOOLS)
convert = importlib.import_module("convert-mediapipe")
import mienonnx  # noqa: E402
import tflite  # noqa: E402


def save(name, array):
    np.save(os.path.join(HERE, name), np.ascontiguousarray(array))


def same_pad(x, size, stride, value=0.0):
    """Pads NCHW as TensorFlow's SAME does: what is odd goes to the end."""
    pads = []
    for axis in (3, 2):
        n = x.shape[axis]
        total = max((-(-n // stride) - 1) * stride + size - n, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


class Interpreter:
    """Operators of TensorFlow Lite as its documentation defines them."""

    def __init__(self, data):
        self.m = tflite.Model(data)

    def run(self, picture):
        v = {i: torch.from_numpy(np.array(t.value)) for i, t in enumerate(self.m.tensors)
             if t.value is not None}
        v[self.m.inputs[0]] = torch.from_numpy(picture)
        for op in self.m.operators:
            v[op.outputs[0]] = getattr(self, op.name.lower())(op, *[v[i] for i in op.inputs])
        return [v[i].numpy() for i in self.m.outputs]

    def dequantize(self, op, x):
        return x.float()

    def conv_2d(self, op, x, w, b, groups=1):
        x, w = x.permute(0, 3, 1, 2), w.permute(0, 3, 1, 2)
        stride = op.options["stride_h"]
        if op.options["padding"] == 0:
            x = same_pad(x, w.shape[2], stride)
        return F.conv2d(x, w, b, stride, groups=groups).permute(0, 2, 3, 1)

    def depthwise_conv_2d(self, op, x, w, b):
        return self.conv_2d(op, x, w.permute(3, 1, 2, 0), b, groups=w.shape[3])

    def relu(self, op, x):
        return x.relu()

    def prelu(self, op, x, slope):
        return torch.where(x >= 0, x, x * slope)

    def add(self, op, a, b):
        return a + b

    def pad(self, op, x, pads):
        return F.pad(x, pads.flip(0).reshape(-1).tolist())

    def max_pool_2d(self, op, x):
        x = same_pad(x.permute(0, 3, 1, 2), op.options["height"], op.options["stride_h"], -np.inf)
        size = op.options["height"]
        return F.max_pool2d(x, size, op.options["stride_h"]).permute(0, 2, 3, 1)

    def reshape(self, op, x, *shape):
        return x.reshape(self.m.tensors[op.outputs[0]].shape)

    def resize_bilinear(self, op, x, size):
        assert op.options["half_pixel"]
        x = F.interpolate(x.permute(0, 3, 1, 2), tuple(size.tolist()), mode="bilinear")
        return x.permute(0, 2, 3, 1)

    def concatenation(self, op, *values):
        return torch.cat(values, op.options["axis"])


def blazeface(modules, picture, name, file, side):
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    with open(os.path.join(modules, "@mediapipe", "face_detection", file), "rb") as f:
        boxes, logits = Interpreter(f.read()).run(small[None].astype(np.float32) / 127.5 - 1)
    scores = 1 / (1 + np.exp(-logits[0]))
    save(f"{name}-input.npy", small)
    save(f"{name}-boxes.npy", boxes[0].astype(np.float32))
    save(f"{name}-scores.npy", scores[:, 0].astype(np.float32))


def mesh(modules, picture):
    """The mesh of the larger face, in fractions of the crop, and the probability of a face."""
    face = cv2.resize(picture[40:196, 50:206], (192, 192), interpolation=cv2.INTER_LINEAR)
    data = convert.read_packed(modules, "@mediapipe/face_mesh",
                               "face_mesh_solution_packed_assets", "face_landmark.tflite")
    points, flag = Interpreter(data).run(face[None].astype(np.float32) / 255)
    save("mesh468-input.npy", face)
    save("mesh468-points.npy", (points.reshape(-1) / 192).astype(np.float32))
    save("mesh468-presence.npy", (1 / (1 + np.exp(-flag.reshape(-1)))).astype(np.float32))


def face_api(modules, picture):
    with tempfile.TemporaryDirectory() as folder:
        def at(name):
            return os.path.join(folder, name)

        np.save(at("ssd-input.npy"), picture.repeat(2, 0).repeat(2, 1))
        face = cv2.resize(picture[70:186, 78:194], (112, 112), interpolation=cv2.INTER_AREA)
        np.save(at("landmarks-input.npy"), face)
        chip = cv2.resize(picture[70:186, 78:194], (150, 150), interpolation=cv2.INTER_LINEAR)
        np.save(at("embedding-input.npy"), chip)
        subprocess.run(["node", os.path.join(HERE, "face-api.cjs"), modules, folder], check=True)
        boxes, scores = np.load(at("ssd-boxes.npy")), np.load(at("ssd-scores.npy"))
        # The best hundred say it all: place in the list, score, box.
        best = np.argsort(-scores, kind="stable")[:100]
        save("ssd-best.npy", np.concatenate(
            [best[:, None].astype(np.float32), scores[best, None], boxes[best]], 1))
        save("embedding-input.npy", chip)
        save("embedding-output.npy", np.load(at("embedding-output.npy")))
        save("landmarks-input.npy", face)
        save("landmarks-points.npy", np.load(at("landmarks-points.npy")))


def classifier(modules, picture):
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    places = [(70, 78, 116), (60, 90, 100), (100, 20, 90), (0, 0, 256)]
    crops = np.stack([cv2.resize(gray[y:y + s, x:x + s], (48, 48), interpolation=cv2.INTER_AREA)
                      for y, x, s in places])[:, None].astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        np.save(os.path.join(folder, "in.npy"), crops)
        subprocess.run(["node", os.path.join(TOOLS, "ort-run.cjs"), modules,
                        os.path.join(ROOT, "data", "models", "reference48.onnx"), folder,
                        os.path.join(folder, "in.npy")], check=True)
        save("reference48-output.npy", np.load(os.path.join(folder, "ferplus.npy")))
    save("reference48-input.npy", crops)


def haar(picture):
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    cascade = cv2.CascadeClassifier(os.path.join(ROOT, "data", "models", CASCADE))
    found = cascade.detectMultiScale(gray, 1.1, 3)
    save("haar-gray.npy", gray)
    save("haar-boxes.npy", np.asarray(found, np.float32).reshape(-1, 4))


def bare():
    """The smallest model: it passes its input on, and has no card."""
    b = mienonnx.Builder()
    b.node("Identity", ["x"], output="y")
    model = b.model("bare", [("x", ["n"])], [("y", ["n"])], {})
    with open(os.path.join(HERE, "bare.onnx"), "wb") as f:
        f.write(model.SerializeToString(deterministic=True))


def flow(picture):
    """A face that moves by (3, 2) pixels and turns by a degree, and what OpenCV makes of it."""
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    base = cv2.resize(gray[60:204, 60:204], (80, 80), interpolation=cv2.INTER_AREA)
    turn = cv2.getRotationMatrix2D((39.5, 39.5), 1, 1)
    turn[:, 2] += (3, 2)
    moved = cv2.warpAffine(base, turn, (80, 80), flags=cv2.INTER_CUBIC,
                           borderMode=cv2.BORDER_REPLICATE)
    a, b = (np.rint(p[8:-8, 8:-8]).clip(0, 255) for p in (base, moved))
    y, x = np.mgrid[0:64, 0:64] + 8.0
    truth = np.stack([turn[i, 0] * x + turn[i, 1] * y + turn[i, 2] - p
                      for i, p in enumerate((x, y))])
    opencv = cv2.calcOpticalFlowFarneback(a.astype(np.uint8), b.astype(np.uint8), None, 0.5, 2, 9, 3,
                                          3, 1.2, 0)
    save("flow-pictures.npy", np.stack([a, b]).astype(np.uint8))
    save("flow-truth.npy", truth.astype(np.float32))
    save("flow-opencv.npy", opencv.transpose(2, 0, 1))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    picture = skimage.data.astronaut()[0:256, 96:352]
    # A second, smaller face, mirrored, where there is background.
    second = cv2.resize(picture[66:190, 76:200], (72, 72), interpolation=cv2.INTER_AREA)[:, ::-1]
    picture = picture.copy()
    picture[10:82, 176:248] = second
    save("picture.npy", picture)
    face_api(sys.argv[1], picture)
    classifier(sys.argv[1], picture)
    haar(picture)
    flow(picture)
    mesh(sys.argv[1], picture)
    bare()
    blazeface(sys.argv[1], picture, "blazeface", "face_detection_short_range.tflite", 128)
    blazeface(sys.argv[1], picture, "blazeface-range", "face_detection_full_range.tflite", 192)


if __name__ == "__main__":
    main()
