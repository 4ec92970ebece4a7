#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts identity mistakes of `mien-cli analyze --csv` in a film whose people are known.

    eval-identity.py FRAMES.csv TRUTH.csv [-v]     TRUTH.csv as make-montage.py writes it
    eval-identity.py FRAMES.csv --people N         nothing known but how many people there are, always in view

With a truth: faces are given to heads by least distance, in each frame; then
  track switches  a head that is still there has another track than before, in the same shot
  mixed tracks    a track that was on more than one head
  wrong merges    a person of ours who is more than one of the film's
  not found again a person of the film's who is more than one of ours
  missed          heads in full view without a box; false: boxes on no head
Exit 0 when switches, mixed tracks, merges and splits are all 0.
"""
import argparse
import collections
import csv
import math
import sys


def read_faces(path):
    """Boxes of each frame: (track, person, x, y, larger side)."""
    frames = collections.defaultdict(list)
    with open(path, newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            boxes = frames[int(row['frame'])]
            if row['track'] == '':
                continue
            x, y, w, h = (float(row[k]) for k in ('x', 'y', 'width', 'height'))
            boxes.append((int(row['track']), row['person'], x + w / 2, y + h / 2, max(w, h)))
    return frames


def read_truth(path):
    frames = collections.defaultdict(list)
    with open(path, newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            frames[int(row['frame'])].append((row['person'], float(row['x']), float(row['y']), float(row['size']),
                                              row['state'], int(row['shot'])))
    return frames


def match(boxes, heads):
    """Pairs of indices, nearest first, no further apart than 0.6 of the head."""
    pairs = sorted((math.hypot(b[2] - h[1], b[3] - h[2]) / h[3], i, j) for i, b in enumerate(boxes)
                   for j, h in enumerate(heads) if h[4] != 'hidden')
    out, used, taken = [], set(), set()
    for distance, i, j in pairs:
        if distance <= 0.6 and i not in used and j not in taken:
            out.append((i, j))
            used.add(i)
            taken.add(j)
    return out


def count_truth(frames, truth, say):
    last = {}
    of_track, of_person, ours = (collections.defaultdict(collections.Counter) for _ in range(3))
    n = collections.Counter()
    for frame in sorted(truth):
        boxes, heads = frames.get(frame, []), truth[frame]
        pairs = match(boxes, heads)
        for i, j in pairs:
            track, person = boxes[i][:2]
            key = (heads[j][5], heads[j][0])
            if key in last and last[key] != track:
                n['track switches'] += 1
                say(f'frame {frame}: {heads[j][0]} was track {last[key]}, is {track}')
            last[key] = track
            of_track[track][heads[j][0]] += 1
            of_person[person][heads[j][0]] += 1
            ours[heads[j][0]][person] += 1
        found = {j for _, j in pairs}
        for j, head in enumerate(heads):
            if head[4] == 'seen':
                n['heads'] += 1
                if j not in found:
                    n['missed'] += 1
                    say(f'frame {frame}: {head[0]} missed at {head[1]:.0f}, {head[2]:.0f}')
        n['false'] += len(boxes) - len(pairs)
        if len(boxes) > len(pairs):
            say(f'frame {frame}: {len(boxes) - len(pairs)} boxes on no head')
    for what, table in (('mixed tracks', of_track), ('wrong merges', of_person), ('not found again', ours)):
        for key, counts in sorted(table.items(), key=str):
            n[what] += len(counts) - 1
            if len(counts) > 1:
                say(f'{what}: {key}: ' + ', '.join(f'{k} {v}' for k, v in counts.most_common()))
    return n


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('frames')
    parser.add_argument('truth', nargs='?')
    parser.add_argument('--people', type=int)
    parser.add_argument('-v', action='store_true', help='say where')
    args = parser.parse_args()
    frames = read_faces(args.frames)
    if args.truth is None:
        people = {box[1] for boxes in frames.values() for box in boxes}
        missed = sum(max(args.people - len(boxes), 0) for boxes in frames.values())
        tracks = {box[0] for boxes in frames.values() for box in boxes}
        print(f'frames {len(frames)}, people {len(people)} of {args.people}, tracks {len(tracks)}, missed {missed}')
        return 0 if len(people) == args.people else 1
    n = count_truth(frames, read_truth(args.truth), print if args.v else lambda text: None)
    mistakes = ('track switches', 'mixed tracks', 'wrong merges', 'not found again')
    print(', '.join(f'{what} {n[what]}' for what in mistakes + ('heads', 'missed', 'false')))
    return 0 if all(n[what] == 0 for what in mistakes) else 1


if __name__ == '__main__':
    sys.exit(main())
