#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far two analyses of the same film say the same: compares two frames.csv, such as one that
detected on every frame and one that followed faces in between.

    compare-runs.py REFERENCE.csv OTHER.csv [REFERENCE.csv OTHER.csv ...] [--iou 0.7] [--boxes 0.99]
                    [--values 0.01]

Boxes of a frame are paired by overlap, the largest first. For each pair of files, and for all together:
boxes of the reference, parts of them that have a partner with at least that IoU, boxes of the other
without a partner (IoU 0.3), boxes whose partner has another track number, the mean absolute difference
of the probabilities over all pairs, and the 99th percentile of a pair's mean. Ends with 1 when all
together miss --boxes or --values, when a track number differs, or when the other run has more boxes
without a partner than the reference may miss.
"""
import argparse
import csv
import sys

LABELS = {'ferplus': ['neutral', 'happiness', 'surprise', 'sadness', 'anger', 'disgust', 'fear',
                      'contempt'],
          'fer2013': ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral']}
SAME = 0.3


def read(path):
    """Lists of (track, box, probabilities) by frame."""
    frames = {}
    with open(path, encoding='utf-8', newline='') as file:
        reader = csv.DictReader(file)
        names = LABELS['ferplus' if 'contempt' in reader.fieldnames else 'fer2013']
        for row in reader:
            faces = frames.setdefault(int(row['frame']), [])
            if row['x']:
                faces.append((int(row['track']),
                              [float(row[k]) for k in ('x', 'y', 'width', 'height')],
                              [float(row[k]) for k in names]))
    return frames


def iou(a, b):
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(w, 0) * max(h, 0)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def pair(mine, theirs):
    """(i, k, IoU) of faces that mean the same."""
    options = sorted(((iou(a[1], b[1]), -i, -k) for i, a in enumerate(mine)
                      for k, b in enumerate(theirs)), reverse=True)
    pairs, used_i, used_k = [], set(), set()
    for overlap, i, k in options:
        if overlap >= SAME and -i not in used_i and -k not in used_k:
            used_i.add(-i)
            used_k.add(-k)
            pairs.append((-i, -k, overlap))
    return pairs


class Tally:
    def __init__(self):
        self.boxes = self.good = self.extra = self.renamed = 0
        self.differences = []

    def add(self, other):
        self.boxes += other.boxes
        self.good += other.good
        self.extra += other.extra
        self.renamed += other.renamed
        self.differences += other.differences

    def mean(self):
        return sum(self.differences) / max(len(self.differences), 1)

    def row(self, name):
        ordered = sorted(self.differences) or [0]
        return (f'| {name} | {self.boxes} | {self.good / max(self.boxes, 1):.2%} | {self.extra} '
                f'| {self.renamed} | {self.mean():.4f} | {ordered[len(ordered) * 99 // 100]:.3f} |')


def compare(reference, other, least):
    tally = Tally()
    mine, theirs = read(reference), read(other)
    if mine.keys() != theirs.keys():
        sys.exit(f'compare-runs: {reference} and {other} are not of the same frames')
    for frame, faces in mine.items():
        pairs = pair(faces, theirs[frame])
        tally.boxes += len(faces)
        tally.extra += len(theirs[frame]) - len(pairs)
        for i, k, overlap in pairs:
            a, b = faces[i], theirs[frame][k]
            tally.good += overlap >= least
            tally.renamed += a[0] != b[0]
            tally.differences.append(sum(abs(x - y) for x, y in zip(a[2], b[2])) / len(a[2]))
    return tally


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('files', nargs='+')
    parser.add_argument('--iou', type=float, default=0.7)
    parser.add_argument('--boxes', type=float, default=0.99)
    parser.add_argument('--values', type=float, default=0.01)
    args = parser.parse_args()
    if len(args.files) % 2:
        parser.error('files come in pairs')
    total = Tally()
    print(f'| run | boxes | IoU {args.iou:g} | more | other id | values | 99 % |')
    print('|---|---|---|---|---|---|---|')
    for reference, other in zip(args.files[::2], args.files[1::2]):
        tally = compare(reference, other, args.iou)
        print(tally.row(other))
        total.add(tally)
    print(total.row('all'))
    missed = total.boxes * (1 - args.boxes)
    return int(total.good < total.boxes - missed or total.extra > missed or total.renamed > 0
               or total.mean() > args.values)


if __name__ == '__main__':
    sys.exit(main())
