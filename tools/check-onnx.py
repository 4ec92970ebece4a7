#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether ONNX Runtime computes from what `mien-train` exports what our engine does.

    check-onnx.py PACKAGE MIEN_CLI DATA.csv[.gz] MODEL.onnx...

PACKAGE is the folder of the npm package onnxruntime-node. The first 64 faces of PrivateTest of FER2013, scaled to
what each network takes, go through both; prints the largest difference of any output and of the largest
one of each face (probabilities), and exits with 1 where one is above 1e-4. Runs with Debian's python3-opencv,
python3-onnx and python3-numpy.
"""
import csv
import gzip
import os
import subprocess
import sys
import tempfile

import cv2
import numpy as np
import onnx

import ort

N = 64


def read_faces(path):
    faces = []
    opener = gzip.open if path.endswith('.gz') else open
    with opener(path, 'rt', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            if row['Usage'].strip() == 'PrivateTest':
                faces.append(np.array(row['pixels'].split(), np.uint8).reshape(48, 48))
                if len(faces) == N:
                    return faces
    return faces


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    package, cli, data, *models = sys.argv[1:]
    runtime = ort.Runtime(package)
    faces = read_faces(data)
    bad = False
    for path in models:
        graph = onnx.load(path).graph
        channels, height, width = (d.dim_value for d in graph.input[0].type.tensor_type.shape.dim[1:])
        batch = np.stack([cv2.resize(f, (width, height)) for f in faces]).astype(np.float32)
        batch = np.ascontiguousarray(np.repeat(batch[:, None], channels, 1))
        names = [output.name for output in graph.output]
        session = ort.Session(runtime, path, graph.input[0].name, names, 1)
        theirs = session.run(batch)
        with tempfile.TemporaryDirectory() as work:
            np.save(os.path.join(work, 'in.npy'), batch)
            subprocess.run([cli, 'run', path, '-i', os.path.join(work, 'in.npy'), '-o', work], check=True,
                           stdout=subprocess.DEVNULL)
            ours = [np.load(os.path.join(work, name + '.npy')) for name in names]
        for name, a, b in zip(names, ours, theirs):
            b = np.asarray(b).reshape(a.shape)
            most = float(np.abs(a - b).max())
            same = int((a.argmax(1) == b.argmax(1)).sum())
            bad |= most > 1e-4
            print(f'{path} {name}: largest difference {most:.2g}, same first class in {same} of {len(a)}')
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    main()
