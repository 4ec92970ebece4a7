# SPDX-License-Identifier: GPL-3.0-or-later
"""What the model converters share: a small builder of ONNX graphs, and cards.

Runs with Debian's python3-onnx and python3-numpy.
"""
import json
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 13


class Builder:
    """Collects nodes and initialisers; values are named by the caller or counted."""

    def __init__(self):
        self.nodes = []
        self.initializers = []
        self.n_values = 0

    def name(self, hint):
        self.n_values += 1
        return f"{hint}_{self.n_values}"

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, op, inputs, hint=None, output=None, **attributes):
        out = output or self.name(hint or op.lower())
        self.nodes.append(helper.make_node(op, inputs, [out], name=out, **attributes))
        return out

    def weight_f16(self, name, array):
        """A constant stored in half precision behind a Cast that readers fold away."""
        half = self.constant(name + "_f16", array.astype(np.float16))
        return self.node("Cast", [half], output=name, to=TensorProto.FLOAT)

    def weight_q8(self, name, codes, scale, zero):
        """A constant stored as bytes: (codes - zero) * scale, folded away by readers."""
        value = self.node("Cast", [self.constant(name + "_q", codes.astype(np.uint8))],
                          name + "_cast", to=TensorProto.FLOAT)
        value = self.node("Sub", [value, self.constant(name + "_zero", np.float32(zero))],
                          name + "_centred")
        return self.node("Mul", [value, self.constant(name + "_scale", np.float32(scale))],
                         output=name)

    def model(self, name, inputs, outputs, metadata):
        """inputs, outputs: lists of (name, shape); a string in a shape is a free dimension."""

        def info(item):
            return helper.make_tensor_value_info(item[0], TensorProto.FLOAT, item[1])

        graph = helper.make_graph(
            self.nodes, name, [info(i) for i in inputs], [info(o) for o in outputs], self.initializers
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            producer_name="mien",
            ir_version=7,
        )
        set_metadata(model, metadata)
        onnx.checker.check_model(model)
        return model


def set_metadata(model, metadata):
    """Writes {"task": ..., "input": {...}} as metadata_props mien.task, mien.input, ..."""
    kept = [p for p in model.metadata_props if not p.key.startswith("mien.")]
    del model.metadata_props[:]
    model.metadata_props.extend(kept)
    for key, value in metadata.items():
        prop = model.metadata_props.add()
        prop.key = "mien." + key
        prop.value = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def save(model, metadata, path):
    """The model, and its card beside it."""
    with open(path, "wb") as f:
        f.write(model.SerializeToString(deterministic=True))
    card = {"name": os.path.splitext(os.path.basename(path))[0]}
    card.update(metadata)
    with open(os.path.splitext(path)[0] + ".json", "w", encoding="utf-8") as f:
        json.dump(card, f, indent=1, ensure_ascii=False)
        f.write("\n")
    print(path, os.path.getsize(path), "bytes")
