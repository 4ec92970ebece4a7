#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the occlusion guess out of a model that mien-train fitted to the set of make-occlusion-set.py.

  card-occlusion.py MODEL.onnx CARD.json OUTPUT_DIR LIMIT METRICS.json

The trainer's heads are emotions; the set names free faces `neutral` and covered ones `happiness`. Of the
head `ferplus` this keeps the difference of those two rows and puts a sigmoid behind it, which is their softmax: output
`covered`, [n,1]. The other head goes. LIMIT is the probability from which on a face counts as covered,
METRICS.json an object for the card (tools/eval-occlusion.py prints it).
"""
import json
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import mienonnx

FREE, COVERED = 0, 1
HEAD = 'ferplus.conv'


def find_weight(graph, name):
    """The initialiser, and as an array whatever it is stored as."""
    for tensor in graph.initializer:
        if tensor.name == name or tensor.name == name + '_f16' or tensor.name.startswith(name + '.'):
            return tensor, numpy_helper.to_array(tensor)
    sys.exit(f'{name}: not in the model')


def main():
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    source, card, folder, limit, metrics = sys.argv[1:]
    model = onnx.load(source)
    graph = model.graph
    head = next(node for node in graph.node if node.output[0] == HEAD)
    for name in head.input[1:]:
        tensor, array = find_weight(graph, name)
        row = array[COVERED:COVERED + 1].astype(np.float32) - array[FREE:FREE + 1].astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(row.astype(array.dtype), tensor.name))
    for node in [node for node in graph.node if node.output[0].startswith('fer2013')]:
        graph.node.remove(node)
    last = next(node for node in graph.node if node.output[0] == 'ferplus')
    last.CopyFrom(helper.make_node('Sigmoid', list(last.input), ['covered'], name='covered'))
    used = {name for node in graph.node for name in node.input}
    for node in [node for node in graph.node if node.op_type == 'Cast' and node.output[0] not in used]:
        graph.node.remove(node)
    used = {name for node in graph.node for name in node.input}
    for tensor in [tensor for tensor in graph.initializer if tensor.name not in used]:
        graph.initializer.remove(tensor)
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info('covered', TensorProto.FLOAT, ['n', 1]))
    with open(card, encoding='utf-8') as file:
        trained = json.load(file)
    with open(metrics, encoding='utf-8') as file:
        measured = json.load(file)
    metadata = {
        'name': 'occlusion48',
        'task': 'occlusion',
        'labels': ['covered'],
        'input': trained['input'],
        'crop': trained['crop'],
        'occlusion': {'limit': float(limit)},
        'licence': 'GPL-3.0-or-later',
        'source': "the project's own; made ready by tools/card-occlusion.py",
        'training': 'Free and covered faces of FER2013 Training, drawn over by tools/make-occlusion-set.py. ' + trained['training'],
        'metrics': measured,
        'default': True,
    }
    mienonnx.set_metadata(model, metadata)
    onnx.checker.check_model(model)
    mienonnx.save(model, metadata, os.path.join(folder, metadata['name'] + '.onnx'))


if __name__ == '__main__':
    main()
