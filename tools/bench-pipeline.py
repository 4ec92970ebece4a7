#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times `mien-cli analyze`, detecting on every frame, beside the pipeline that one would put together
from OpenCV (decoding, scaling, crops) and ONNX Runtime with the same networks: detector and its
companion at the same input sizes, boxes, suppression, crops of all faces in one batch, classifier.

    bench-pipeline.py PACKAGE MIEN_CLI FILM... [--detector ssd|fast] [--seconds S] [--rounds N] [--split]

PACKAGE is the folder of the npm package onnxruntime-node; python3-opencv and python3-numpy are needed
too. Decoding has a thread of its own on both sides. ONNX Runtime gets its two threads in both ways
there are, and the better one counts: two frames at once with one thread each, or one frame with two.
The other pipeline does not track, smooth or store anything. Both are given the time from the first
frame to the last, without the loading of models. The columns in ms are processor time a frame, the
other's with two frames at once: what to look at when others use the machine. The last columns say how
far both saw the same: faces of ours that it found too (IoU 0.5), and same first emotion there.
"""
import argparse
import csv
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import cv2
import numpy as np

import ort

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(HERE, '..', 'data', 'models')
SAME = 0.35  # IoU from which two detectors mean the same face
LABELS = ['neutral', 'happiness', 'surprise', 'sadness', 'anger', 'disgust', 'fear', 'contempt']


def round_up(value, multiple):
    return max(1, -(-int(round(value)) // multiple)) * multiple


class Detector:
    """One network of boxes; what its card says of size, anchors and thresholds."""

    def __init__(self, runtime, name, threads, width, height):
        with open(os.path.join(MODELS, name + '.json'), encoding='utf-8') as file:
            card = json.load(file)
        self.card = card['detector']
        self.is_ssd = self.card['kind'] == 'ssd'
        self.centred = card['crop'].get('align') == 'centre'
        target, multiple = card['input']['width'], card['input']['multiple']
        self.scale = max(width, height) / target
        self.inner = (int(width / self.scale), int(height / self.scale))
        self.size = tuple(round_up(x, multiple) for x in self.inner)
        outputs = ['encodings' if self.is_ssd else 'boxes', 'scores']
        self.session = ort.Session(runtime, os.path.join(MODELS, name + '.onnx'), 'image', outputs,
                                   threads)
        self.left = (self.size[0] - self.inner[0]) // 2 if self.centred else 0
        self.top = (self.size[1] - self.inner[1]) // 2 if self.centred else 0
        self.anchors = self.make_anchors()

    def make_anchors(self):
        """Rows of cx, cy, w, h in pixels of the input."""
        rows = []
        for level, stride in enumerate(self.card['strides']):
            if self.is_ssd:
                sizes = self.card['anchors'][level]
            else:
                sizes = [(1, 1)] * self.card['per_cell'][level]
            n_x, n_y = (-(-x // stride) for x in self.size)
            for y in range(n_y):
                for x in range(n_x):
                    for height, width in sizes:
                        rows.append(((x + .5) * stride, (y + .5) * stride, width, height))
        return np.array(rows, np.float32)

    def detect(self, frame, min_score):
        """Boxes x, y, w, h in picture pixels and scores, the strongest first."""
        small = cv2.resize(frame, self.inner, interpolation=cv2.INTER_LINEAR)
        if self.inner != self.size:
            small = cv2.copyMakeBorder(small, self.top, self.size[1] - self.inner[1] - self.top,
                                       self.left, self.size[0] - self.inner[0] - self.left,
                                       cv2.BORDER_CONSTANT)
        boxes, scores = self.session.run(cv2.dnn.blobFromImage(small, swapRB=True))
        boxes, scores = boxes[0], scores[0, :, 0]
        kept = np.flatnonzero(scores > min_score)
        boxes, scores, a = boxes[kept], scores[kept], self.anchors[kept]
        if self.is_ssd:
            cx = a[:, 0] + boxes[:, 1] / 10 * a[:, 2]
            cy = a[:, 1] + boxes[:, 0] / 10 * a[:, 3]
            w, h = np.exp(boxes[:, 3] / 5) * a[:, 2], np.exp(boxes[:, 2] / 5) * a[:, 3]
        else:
            w, h = boxes[:, 2], boxes[:, 3]
            cx = a[:, 0] + boxes[:, 0]
            cy = a[:, 1] + boxes[:, 1] + self.card.get('shift_y', 0) * h
            w, h = w * self.card.get('expand_x', 1), h * self.card.get('expand_y', 1)
        rects = np.stack([(cx - w / 2 - self.left) * self.scale,
                          (cy - h / 2 - self.top) * self.scale, w * self.scale, h * self.scale], 1)
        order = cv2.dnn.NMSBoxes(rects.tolist(), scores.tolist(), 0, self.card['max_overlap'])
        order = np.array(order, int).reshape(-1)
        return rects[order], scores[order]


def iou(a, b):
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(w, 0) * max(h, 0)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


class Pipeline:
    """What one worker owns: detector, companion and classifier."""

    def __init__(self, runtime, detector, threads, width, height):
        names = {'ssd': ['ssd-mobilenet', 'blazeface-range'], 'fast': ['blazeface-range']}[detector]
        self.detectors = [Detector(runtime, n, threads, width, height) for n in names]
        self.classifier = ort.Session(runtime, os.path.join(MODELS, 'mien.onnx'), 'face',
                                      ['ferplus'], threads)

    def find(self, frame):
        own = self.detectors[0]
        if len(self.detectors) == 1:
            return own.detect(frame, own.card['min_score'])[0]
        other = self.detectors[1]
        a, a_scores = own.detect(frame, own.card['support_score'])
        b, b_scores = other.detect(frame, other.card['support_score'])
        faces, taken = [], set()
        for box, score in zip(a, a_scores):
            same = [k for k in range(len(b)) if k not in taken and iou(box, b[k]) >= SAME]
            if same:
                taken.add(same[0])
                box = (box + b[same[0]]) / 2
                score = 1 - (1 - score) * (1 - b_scores[same[0]])
            if score > (0.5 if same else own.card['min_score']):
                faces.append(box)
        faces += [b[k] for k in range(len(b)) if k not in taken and b_scores[k] > 0.5]
        return np.array(faces, np.float32).reshape(-1, 4)

    def classify(self, frame, faces):
        crops = np.empty((len(faces), 1, 48, 48), np.float32)
        for i, (x, y, w, h) in enumerate(faces):
            side = max(w, h)
            left, top = x + w / 2 - side / 2, y + h / 2 - side / 2
            x0, y0 = int(round(left)), int(round(top))
            x1, y1 = int(round(left + side)), int(round(top + side))
            inside = frame[max(y0, 0):y1, max(x0, 0):x1]
            grey = cv2.cvtColor(inside, cv2.COLOR_BGR2GRAY)
            if x0 < 0 or y0 < 0 or x1 > frame.shape[1] or y1 > frame.shape[0]:
                grey = cv2.copyMakeBorder(grey, max(-y0, 0), max(y1 - frame.shape[0], 0),
                                          max(-x0, 0), max(x1 - frame.shape[1], 0),
                                          cv2.BORDER_REPLICATE)
            crops[i, 0] = cv2.resize(grey, (48, 48), interpolation=cv2.INTER_AREA)
        return self.classifier.run(crops)[0]

    def look(self, frame):
        faces = self.find(frame)
        return faces, (self.classify(frame, faces) if len(faces) else np.empty((0, 8)))


def run_peer(pipelines, film, seconds):
    """Decodes in a thread, as many workers as pipelines; frames a second, milliseconds of processor time
    a frame, and what was found."""
    capture = cv2.VideoCapture(film)
    rate = capture.get(cv2.CAP_PROP_FPS)
    frames = queue.Queue(8)
    found = {}
    began, cpu = time.perf_counter(), time.process_time()

    def decode():
        n = 0
        while n / rate < seconds:
            ok, frame = capture.read()
            if not ok:
                break
            frames.put((n, frame))
            n += 1
        for _ in pipelines:
            frames.put(None)

    def work(pipeline):
        while (item := frames.get()) is not None:
            found[item[0]] = pipeline.look(item[1])

    threads = [threading.Thread(target=decode)]
    threads += [threading.Thread(target=work, args=(p,)) for p in pipelines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cpu = 1000 * (time.process_time() - cpu) / max(len(found), 1)
    return len(found) / (time.perf_counter() - began), cpu, found


def run_ours(cli, film, detector, seconds):
    with tempfile.TemporaryDirectory() as folder:
        table, summary = os.path.join(folder, 'f.csv'), os.path.join(folder, 's.json')
        subprocess.run([cli, 'analyze', film, '-q', '--detector', detector, '--detect-every', '1',
                        '--threads', '2', '--end', str(seconds), '--csv', table, '--summary',
                        summary], check=True)
        with open(summary, encoding='utf-8') as file:
            timing = json.load(file)['timing']
        with open(table, encoding='utf-8', newline='') as file:
            rows = [r for r in csv.DictReader(file) if r['x']]
    return timing['fps'], 1000 * sum(timing['stages'].values()) / max(timing['frames'], 1), rows


def agree(rows, found):
    """Parts of our faces that the other found, and where it said the same."""
    same = alike = 0
    for row in rows:
        box = [float(row[k]) for k in ('x', 'y', 'width', 'height')]
        faces, values = found[int(row['frame'])]
        match = [k for k in range(len(faces)) if iou(box, faces[k]) >= 0.5]
        if match:
            same += 1
            mine = max(LABELS, key=lambda name: float(row[name]))
            alike += mine == LABELS[int(values[match[0]].argmax())]
    return same / max(len(rows), 1), alike / max(same, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('package')
    parser.add_argument('mien_cli')
    parser.add_argument('films', nargs='+')
    parser.add_argument('--detector', choices=['ssd', 'fast'], default='ssd')
    parser.add_argument('--seconds', type=float, default=6)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--split', action='store_true', help='only the faster, two frames at once')
    args = parser.parse_args()
    runtime = ort.Runtime(args.package)
    cv2.setNumThreads(1)
    print(f'ONNX Runtime {runtime.version}, OpenCV {cv2.__version__}, {args.detector}, '
          f'{args.rounds} rounds of {args.seconds:g} s, medians', flush=True)
    print('| film | faces | ours frames/s | other, 2 x 1 thread | other, 1 x 2 threads | ratio '
          '| ours ms | other ms | ratio | found too | same emotion |')
    print('|---|---|---|---|---|---|---|---|---|---|---|')
    for film in args.films:
        capture = cv2.VideoCapture(film)
        size = [int(capture.get(k)) for k in (cv2.CAP_PROP_FRAME_WIDTH,
                                              cv2.CAP_PROP_FRAME_HEIGHT)]
        two = [Pipeline(runtime, args.detector, 1, *size) for _ in range(2)]
        one = [Pipeline(runtime, args.detector, 2, *size)]
        for pipelines in (two, one):
            run_peer(pipelines, film, 0.3)
        ours, split, joint, own_cpu, other_cpu = [], [], [], [], []
        for _ in range(args.rounds):
            fps, cpu, rows = run_ours(args.mien_cli, film, args.detector, args.seconds)
            ours.append(fps)
            own_cpu.append(cpu)
            fps, cpu, found = run_peer(two, film, args.seconds)
            split.append(fps)
            other_cpu.append(cpu)
            if not args.split:
                joint.append(run_peer(one, film, args.seconds)[0])
        a, b, own, other = (statistics.median(x) for x in (ours, split, own_cpu, other_cpu))
        c = statistics.median(joint) if joint else 0
        same, alike = agree(rows, found)
        frames = len({r['frame'] for r in rows})
        print(f'| {os.path.basename(film)} | {len(rows) / max(frames, 1):.1f} | {a:.1f} | {b:.1f} '
              f'| {c:.1f} | {a / max(b, c):.2f} | {own:.1f} | {other:.1f} | {other / own:.2f} | {same:.1%} | {alike:.1%} |', flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
