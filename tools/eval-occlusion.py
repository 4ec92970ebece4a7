#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often the occlusion guess sees what is there, and what is not.

  eval-occlusion.py MIEN_CLI MODEL.onnx --free FOLDER [--covered FOLDER...] [--alarms SHARE | --limit P]

FOLDERs hold PNG crops of faces, 48 x 48, as tools/make-occlusion-set.py makes them. --alarms finds the
limit at which that share of the free ones is called covered (on the validation part); --limit measures at
one (on the test part) and prints JSON for the card. Runs with Debian's python3-opencv and python3-numpy.
"""
import argparse
import glob
import json
import os
import subprocess
import tempfile

import cv2
import numpy as np


def score(cli, model, folder):
    files = sorted(glob.glob(os.path.join(folder, '*.png')))
    pictures = np.stack([cv2.imread(file, cv2.IMREAD_GRAYSCALE) for file in files]).astype(np.float32)
    scores = []
    with tempfile.TemporaryDirectory() as work:
        for first in range(0, len(pictures), 512):
            path = os.path.join(work, 'in.npy')
            np.save(path, pictures[first:first + 512, None])
            subprocess.run([cli, 'run', model, '-i', path, '-o', work], check=True, stdout=subprocess.DEVNULL)
            out = np.load(os.path.join(work, 'covered.npy'))
            scores.append(out.reshape(-1))
    return np.concatenate(scores)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('cli')
    parser.add_argument('model')
    parser.add_argument('--free', required=True)
    parser.add_argument('--covered', nargs='*', default=[])
    parser.add_argument('--alarms', type=float, default=0.01)
    parser.add_argument('--limit', type=float)
    args = parser.parse_args()
    free = score(args.cli, args.model, args.free)
    limit = args.limit if args.limit is not None else float(np.quantile(free, 1 - args.alarms))
    result = {'limit': round(limit, 4), 'images': len(free), 'false_alarms': round(float(np.mean(free > limit)), 4)}
    for folder in args.covered:
        found = score(args.cli, args.model, folder)
        result['found_' + os.path.basename(folder.rstrip('/'))] = round(float(np.mean(found > limit)), 4)
    print(json.dumps(result))


if __name__ == '__main__':
    main()
