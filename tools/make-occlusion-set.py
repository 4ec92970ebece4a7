#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes what the occlusion guess learns from: faces of FER2013 as they are, and with something drawn
over them.

    make-occlusion-set.py FER2013.csv[.gz] OUT [--copies TEST_COPIES.csv] [--per-image N] [--seed S]
    make-occlusion-set.py FER2013.csv[.gz] OUT --kinds KIND...      # one folder of the test rows per kind

OUT gets PNG files in train, validation and test (the three parts of FER2013), in a folder per class as
`mien-train fit --data OUT` reads them. The trainer's folders are named after emotions, so `neutral` holds the
free faces and `happiness` the covered ones; tools/card-occlusion.py makes one output of the two. A face counts as
covered when a fifth or more of an ellipse over brows, eyes, nose, mouth and chin is hidden; free ones are
untouched for the greater part, else have something beside the face or over less than a twentieth of it.
Between the two nothing is shown. With --copies test rows that are exact copies of Training rows are
left out. Runs with Debian's python3-opencv and python3-numpy.
"""
import argparse
import csv
import gzip
import os

import cv2
import numpy as np

SIDE = 48
ZOOM = 2
BIG = SIDE * ZOOM
SPLITS = {'Training': 'train', 'PublicTest': 'validation', 'PrivateTest': 'test'}


def face_ellipse():
    mask = np.zeros((BIG, BIG), np.uint8)
    cv2.ellipse(mask, (BIG // 2, int(0.53 * BIG)), (int(0.34 * BIG), int(0.44 * BIG)), 0, 0, 360, 255, -1)
    return mask > 0


FACE = face_ellipse()


class Painter:
    """Draws one kind of thing over a face: a mask and what is seen in it."""

    def __init__(self, rng, images):
        self.rng = rng
        self.images = images

    def u(self, low, high):
        return self.rng.uniform(low, high)

    def point(self, x, y):
        return (int(x * BIG), int(y * BIG))

    # --- what it looks like -------------------------------------------------------------------

    def gradient(self, level, depth):
        angle = self.u(0, 2 * np.pi)
        y, x = np.mgrid[0:BIG, 0:BIG] / BIG - 0.5
        return level + depth * (x * np.cos(angle) + y * np.sin(angle))

    def clouds(self, cells, depth):
        small = self.rng.normal(0, depth, (cells, cells)).astype(np.float32)
        return cv2.resize(small, (BIG, BIG), interpolation=cv2.INTER_CUBIC)

    def borrowed(self):
        """A piece of another picture, anywhere and any way up."""
        other = self.images[self.rng.integers(len(self.images))]
        size = int(self.u(12, 40))
        x, y = self.rng.integers(0, SIDE - size, 2)
        piece = np.rot90(other[y:y + size, x:x + size], self.rng.integers(4))
        piece = cv2.resize(piece, (BIG, BIG), interpolation=cv2.INTER_LINEAR).astype(np.float32)
        return piece * self.u(0.6, 1.3) + self.u(-40, 40)

    def stuff(self):
        kind = self.rng.integers(4)
        if kind == 0:
            return self.borrowed()
        if kind == 1:
            return self.gradient(self.u(0, 255), self.u(-120, 120))
        if kind == 2:
            return self.gradient(self.u(0, 255), self.u(-60, 60)) + self.clouds(self.rng.integers(4, 24), self.u(5, 30))
        return np.full((BIG, BIG), self.u(0, 255), np.float32)

    def skin(self, face):
        level = np.mean(face[FACE]) * self.u(0.75, 1.3)
        return self.gradient(level, self.u(-70, 70)) + self.clouds(6, self.u(2, 10))

    # --- what there is ------------------------------------------------------------------------

    def hand(self, face):
        mask = np.zeros((BIG, BIG), np.uint8)
        seen = self.skin(face)
        place = self.point(self.u(0.25, 0.75), self.u(0.3, 0.85))
        angle = self.u(-2.6, 2.6) if self.rng.random() < 0.3 else self.u(-0.9, 0.9)
        up = np.array([np.sin(angle), -np.cos(angle)])
        side = np.array([up[1], -up[0]])
        palm = self.u(0.13, 0.22) * BIG
        cv2.ellipse(mask, place, (int(palm), int(palm * self.u(0.9, 1.3))), np.degrees(angle), 0, 360, 255, -1)
        # The wrist and arm, away from the fingers.
        end = np.array(place) - up * BIG
        cv2.line(mask, place, tuple(int(v) for v in end), 255, int(palm * self.u(1.1, 1.6)))
        width = palm * self.u(0.36, 0.5)
        spread = self.u(0.02, 0.25)
        length = palm * self.u(0.8, 2.2)
        dark = np.zeros((BIG, BIG), np.float32)
        for i in range(4):
            across = (i - 1.5) * width * 1.05
            root = np.array(place) + side * across + up * palm * 0.6
            way = up + side * spread * (i - 1.5)
            tip = root + way * length * (1 - 0.12 * abs(i - 1.3))
            one = np.zeros((BIG, BIG), np.uint8)
            cv2.line(one, tuple(int(v) for v in root), tuple(int(v) for v in tip), 255, max(2, int(width)))
            mask |= one
            edge = cv2.morphologyEx(one, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
            dark += edge / 255.0
        depth = self.u(10, 60)
        seen = seen - depth * cv2.GaussianBlur(np.minimum(dark, 1), (0, 0), 1.5)
        rim = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) / 255.0
        return mask, seen - self.u(0, 40) * cv2.GaussianBlur(rim.astype(np.float32), (0, 0), 1.5)

    def mask(self, face):
        top = self.u(0.5, 0.62)
        shape = np.array([self.point(self.u(0.1, 0.22), top + self.u(0, 0.08)), self.point(0.5, top - self.u(0, 0.06)),
                          self.point(self.u(0.78, 0.9), top + self.u(0, 0.08)), self.point(self.u(0.7, 0.85), self.u(0.88, 1.0)),
                          self.point(0.5, 1.04), self.point(self.u(0.15, 0.3), self.u(0.88, 1.0))])
        mask = np.zeros((BIG, BIG), np.uint8)
        cv2.fillPoly(mask, [shape], 255)
        seen = self.gradient(self.u(20, 250), self.u(-60, 60)) + self.clouds(8, self.u(2, 12))
        for _ in range(self.rng.integers(0, 4)):
            y = self.u(top, 0.95)
            cv2.line(seen, self.point(0.15, y), self.point(0.85, y + self.u(-0.05, 0.05)), float(self.u(20, 230)), 1)
        return mask, seen

    def glasses(self, face):
        mask = np.zeros((BIG, BIG), np.uint8)
        y, tilt = self.u(0.36, 0.46), self.u(-0.04, 0.04)
        half, w, h = self.u(0.17, 0.21), self.u(0.12, 0.17), self.u(0.09, 0.14)
        for sign in (-1, 1):
            centre = self.point(0.5 + sign * half, y + sign * tilt)
            if self.rng.random() < 0.5:
                cv2.ellipse(mask, centre, (int(w * BIG), int(h * BIG)), 0, 0, 360, 255, -1)
            else:
                a = (centre[0] - int(w * BIG), centre[1] - int(h * BIG))
                b = (centre[0] + int(w * BIG), centre[1] + int(h * BIG))
                cv2.rectangle(mask, a, b, 255, -1)
        cv2.line(mask, self.point(0.5 - half, y - tilt), self.point(0.5 + half, y + tilt), 255, 3)
        return mask, self.gradient(self.u(5, 60), self.u(-60, 60))

    def hair(self, face):
        mask = np.zeros((BIG, BIG), np.uint8)
        left = self.rng.random() < 0.5
        x = self.u(0.35, 0.75)
        shape = np.array([self.point(-0.05, -0.05), self.point(x + 0.2, -0.05), self.point(x, self.u(0.3, 0.5)),
                          self.point(self.u(0.15, 0.5), self.u(0.55, 1.05)), self.point(-0.05, self.u(0.6, 1.05))])
        if not left:
            shape[:, 0] = BIG - shape[:, 0]
        cv2.fillPoly(mask, [shape], 255)
        streaks = cv2.GaussianBlur(self.rng.normal(0, 60, (BIG, BIG)).astype(np.float32), (0, 0), sigmaX=0.8, sigmaY=7)
        return mask, self.u(10, 170) + streaks * self.u(0.5, 2)

    def thing(self, face):
        """A phone, cup, microphone, book: a shape with straight or round edges, perhaps with a border."""
        mask = np.zeros((BIG, BIG), np.uint8)
        x, y = self.u(0.15, 0.85), self.u(0.2, 0.95)
        w, h = self.u(0.15, 0.7), self.u(0.15, 0.7)
        kind = self.rng.integers(3)
        if kind == 0:
            cv2.ellipse(mask, self.point(x, y), self.point(w / 2, h / 2), self.u(0, 180), 0, 360, 255, -1)
        elif kind == 1:
            box = cv2.boxPoints(((x * BIG, y * BIG), (w * BIG, h * BIG), self.u(-45, 45)))
            cv2.fillPoly(mask, [box.astype(np.int32)], 255)
        else:
            angles = np.sort(self.rng.uniform(0, 2 * np.pi, 7))
            radii = self.rng.uniform(0.5, 1, 7)
            shape = np.stack([x + w / 1.6 * radii * np.cos(angles), y + h / 1.6 * radii * np.sin(angles)], 1) * BIG
            cv2.fillPoly(mask, [shape.astype(np.int32)], 255)
        seen = self.stuff().astype(np.float32)
        if self.rng.random() < 0.4:
            rim = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
            seen = np.where(rim, self.u(0, 255), seen)
        return mask, seen

    KINDS = ('hand', 'mask', 'glasses', 'hair', 'thing')
    ODDS = (0.36, 0.14, 0.12, 0.1, 0.28)

    def paint(self, image, low, high, kind=None):
        """@image with something over a share of its face between @low and @high."""
        big = cv2.resize(image, (BIG, BIG), interpolation=cv2.INTER_CUBIC).astype(np.float32)
        for _ in range(60):
            name = kind or str(self.rng.choice(self.KINDS, p=self.ODDS))
            mask, seen = getattr(self, name)(big)
            share = np.mean(mask[FACE] > 0)
            if name == 'glasses' and low > 0.1:
                # Little of the face, but both eyes.
                share = 0.21 if share > 0.11 else 0
            if low <= share < high and mask.any():
                break
        else:
            return None
        soft = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), self.u(0.4, 2))
        if name == 'glasses':
            soft *= self.u(0.8, 1)
        out = cv2.resize(big * (1 - soft) + seen * soft, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        out += self.rng.normal(0, self.u(0, 4), out.shape)
        return np.clip(np.round(out), 0, 255).astype(np.uint8)


def read_rows(path, copies):
    left_out = set()
    if copies:
        with open(copies, encoding='utf-8') as file:
            left_out = {int(row['row']) for row in csv.DictReader(file)}
    opener = gzip.open if path.endswith('.gz') else open
    with opener(path, 'rt', encoding='utf-8') as file:
        for i, row in enumerate(csv.DictReader(file)):
            if i not in left_out:
                yield i, row['Usage'].strip(), np.array(row['pixels'].split(), np.uint8).reshape(SIDE, SIDE)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('fer')
    parser.add_argument('out')
    parser.add_argument('--copies')
    parser.add_argument('--per-image', type=int, default=1)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--kinds', nargs='+', help='of ' + ', '.join(Painter.KINDS) + ', free')
    parser.add_argument('--share', type=float, nargs=2, default=(0.2, 0.7), help='of the face that is covered')
    args = parser.parse_args()
    rows = list(read_rows(args.fer, args.copies))
    rng = np.random.default_rng(args.seed)
    painter = Painter(rng, [image for _, usage, image in rows if usage == 'Training'])
    counts = {}

    def write(image, *folders, name):
        folder = os.path.join(args.out, *folders)
        os.makedirs(folder, exist_ok=True)
        cv2.imwrite(os.path.join(folder, name + '.png'), image)
        counts[folders] = counts.get(folders, 0) + 1

    for i, usage, image in rows:
        if args.kinds:
            for kind in args.kinds if usage == 'PrivateTest' else ():
                shown = image if kind == 'free' else painter.paint(image, *args.share, kind)
                if shown is not None:
                    write(shown, kind, name=f'{i:05}')
            continue
        for n in range(args.per_image if usage == 'Training' else 1):
            covered = painter.paint(image, *args.share)
            free = painter.paint(image, 0, 0.05) if rng.random() < 0.3 else image
            if covered is not None:
                write(covered, SPLITS[usage], 'happiness', name=f'{i:05}-{n}')
            if free is not None:
                write(free, SPLITS[usage], 'neutral', name=f'{i:05}-{n}')
    for folders, count in sorted(counts.items()):
        print('/'.join(folders), count)


if __name__ == '__main__':
    main()
