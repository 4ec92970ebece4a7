# SPDX-License-Identifier: GPL-3.0-or-later
"""A small reader of TensorFlow Lite files: tensors, operators and constants, nothing else.

Follows the flatbuffers wire format and the public schema of TensorFlow Lite.
"""
import struct
from dataclasses import dataclass, field

import numpy as np

OPS = {
    0: "ADD", 1: "AVERAGE_POOL_2D", 2: "CONCATENATION", 3: "CONV_2D", 4: "DEPTHWISE_CONV_2D",
    6: "DEQUANTIZE", 9: "FULLY_CONNECTED", 14: "LOGISTIC", 17: "MAX_POOL_2D", 18: "MUL",
    19: "RELU", 21: "RELU6", 22: "RESHAPE", 23: "RESIZE_BILINEAR", 34: "PAD", 40: "MEAN",
    41: "SUB", 54: "PRELU", 67: "TRANSPOSE_CONV", 124: "DENSIFY",
}
TYPES = {0: np.float32, 1: np.float16, 2: np.int32, 3: np.uint8, 4: np.int64, 9: np.int8}
ACTIVATIONS = {0: None, 1: "RELU", 3: "RELU6"}


class Table:
    """A flatbuffers table at a place in the bytes."""

    def __init__(self, data, at):
        self.data, self.at = data, at
        self.vtable = at - struct.unpack_from("<i", data, at)[0]
        self.size = struct.unpack_from("<H", data, self.vtable)[0]

    def _place(self, index):
        entry = 4 + 2 * index
        if entry + 2 > self.size:
            return 0
        offset = struct.unpack_from("<H", self.data, self.vtable + entry)[0]
        return self.at + offset if offset else 0

    def scalar(self, index, code, default=0):
        place = self._place(index)
        return struct.unpack_from("<" + code, self.data, place)[0] if place else default

    def _follow(self, place):
        return place + struct.unpack_from("<I", self.data, place)[0]

    def table(self, index):
        place = self._place(index)
        return Table(self.data, self._follow(place)) if place else None

    def text(self, index):
        place = self._place(index)
        if not place:
            return ""
        place = self._follow(place)
        n = struct.unpack_from("<I", self.data, place)[0]
        return self.data[place + 4 : place + 4 + n].decode()

    def tables(self, index):
        place = self._place(index)
        if not place:
            return []
        place = self._follow(place)
        n = struct.unpack_from("<I", self.data, place)[0]
        return [Table(self.data, self._follow(place + 4 + 4 * i)) for i in range(n)]

    def array(self, index, dtype):
        place = self._place(index)
        if not place:
            return np.zeros(0, dtype)
        place = self._follow(place)
        n = struct.unpack_from("<I", self.data, place)[0]
        return np.frombuffer(self.data, dtype, n, place + 4)


@dataclass
class Tensor:
    name: str
    shape: list
    dtype: object
    value: object = None  # of a constant


@dataclass
class Operator:
    name: str
    inputs: list
    outputs: list
    options: dict = field(default_factory=dict)


# By operator: option name -> (field, struct code).
CONV = {"padding": (0, "b"), "stride_w": (1, "i"), "stride_h": (2, "i"), "activation": (3, "b")}
POOL = {"padding": (0, "b"), "stride_w": (1, "i"), "stride_h": (2, "i"), "width": (3, "i"),
        "height": (4, "i"), "activation": (5, "b")}
OPTIONS = {
    "ADD": {"activation": (0, "b")},
    "MUL": {"activation": (0, "b")},
    "SUB": {"activation": (0, "b")},
    "CONCATENATION": {"axis": (0, "i"), "activation": (1, "b")},
    "CONV_2D": CONV,
    "DEPTHWISE_CONV_2D": {**CONV, "multiplier": (3, "i"), "activation": (4, "b")},
    "MAX_POOL_2D": POOL,
    "AVERAGE_POOL_2D": POOL,
    "FULLY_CONNECTED": {"activation": (0, "b")},
    "RESIZE_BILINEAR": {"align_corners": (2, "b"), "half_pixel": (3, "b")},
    "MEAN": {"keep_dims": (0, "b")},
}


class Model:
    """tensors, operators, inputs and outputs (tensor numbers) of the first subgraph."""

    def __init__(self, data):
        root = Table(data, struct.unpack_from("<I", data, 0)[0])
        codes = [max(c.scalar(0, "b"), c.scalar(3, "i")) for c in root.tables(1)]
        graph = root.tables(2)[0]
        buffers = root.tables(4)
        self.tensors = [self._tensor(t, buffers) for t in graph.tables(0)]
        self.inputs = graph.array(1, np.int32).tolist()
        self.outputs = graph.array(2, np.int32).tolist()
        self.operators = [self._operator(o, codes) for o in graph.tables(3)]

    @staticmethod
    def _tensor(t, buffers):
        dtype = TYPES[t.scalar(1, "b")]
        shape = t.array(0, np.int32).tolist()
        raw = buffers[t.scalar(2, "I")].array(0, np.uint8)
        tensor = Tensor(t.text(3), shape, dtype)
        if len(raw) and len(raw) == np.prod(shape, dtype=np.int64) * np.dtype(dtype).itemsize:
            tensor.value = raw.view(dtype).reshape(shape)
        return tensor

    @staticmethod
    def _operator(o, codes):
        code = codes[o.scalar(0, "I")]
        if code not in OPS:
            raise ValueError(f"operator {code} of TensorFlow Lite is not known here")
        op = Operator(OPS[code], o.array(1, np.int32).tolist(), o.array(2, np.int32).tolist())
        table = o.table(4)
        for key, (index, kind) in OPTIONS.get(op.name, {}).items():
            op.options[key] = table.scalar(index, kind) if table else 0
        return op
