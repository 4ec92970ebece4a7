#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a film of many shots with known people, with ffmpeg, to count identity mistakes in.

    make-montage.py CLIPS OUT.mkv TRUTH.csv

CLIPS holds the folders `faces` and `expressive` with the sign language clips (Misfits shirt, gray
shirt, yellow jumper), Intel's two sample films and the actress. Fourteen shots of 2 to 4 seconds show
eight people: alone, beside each other, crossing with one in front of the other, walking out of the picture
and in again, and in later shots at another size and with another face. TRUTH.csv has a row for each frame
and head: frame, shot, person, x, y (centre), size, state: `seen`, `part` (cut off by the picture or
covered to a part: may be found or not) or `hidden`.
"""
import argparse
import csv
import os
import subprocess
import sys

WIDTH, HEIGHT, FPS = 960, 540, 30
WALL = '0xcfcfcb'

# Heads of each clip, marked by hand in a few frames: person: [(second, centre x, y, size), ...].
CLIPS = {
    'again': ('faces/again.mkv', {'misfits': [(0, 326, 126, 90), (0.4, 322, 110, 84), (2.5, 315, 112, 84)]}),
    'brother': ('faces/brother.mkv', {'misfits': [(0, 293, 112, 86), (0.8, 282, 112, 88), (1.2, 294, 122, 88), (2.1, 299, 112, 84)]}),
    'no': ('faces/no.mkv', {'misfits': [(0, 317, 113, 88), (0.8, 305, 103, 82), (1.2, 305, 106, 78), (2.1, 269, 122, 84)]}),
    'sorry': ('faces/sorry.mkv', {'gray': [(0, 308, 90, 80), (2.4, 302, 92, 80)]}),
    'walk': ('faces/walk.mkv', {'yellow': [(0, 306, 137, 74), (2, 290, 139, 72), (2.4, 273, 137, 68), (2.8, 293, 131, 62)]}),
    'three': ('faces/face-demographics-walking-and-pause_from_gif.mp4', {
        'dark': [(0, 114, 119, 48), (1, 98, 113, 62), (3.2, 79, 113, 70)],
        'beard': [(0, 225, 107, 56), (1, 222, 98, 72), (3.2, 225, 98, 78)],
        'blonde': [(0, 323, 129, 62), (1, 362, 128, 72), (3.2, 373, 130, 75)]}),
    'pair': ('faces/head-pose-face-detection-female-and-male_from_gif.mp4', {
        'dark': [(0, 94, 104, 80), (1, 64, 121, 72), (4.5, 64, 120, 73)],
        'blue': [(0, 362, 96, 82), (1, 337, 103, 68), (4.5, 335, 106, 66)]}),
    'actress': ('expressive/WolfgangLanger_Pexels.mp4', {
        'actress': [(0, 420, 198, 300), (2, 446, 188, 290), (3, 415, 207, 300), (7, 419, 165, 310), (11, 445, 167, 305),
                    (14, 461, 176, 310), (16.2, 485, 186, 305), (17, 427, 197, 275), (19.4, 467, 215, 285)]}),
}


def full(clip, start, crop):
    return {'clip': clip, 'start': start, 'crop': crop, 'place': (0, 0, WIDTH, HEIGHT), 'path': None}


def moving(clip, crop, size, path):
    """@path: [(second, x), ...] of the left edge; the clip runs to and fro."""
    return {'clip': clip, 'start': 0, 'crop': crop, 'place': (0, HEIGHT - size[1]) + size, 'path': path}


# Seconds and who is in it, the one in front last. Crops are x, y, width, height in the clip.
SHOTS = [
    (2.4, [full('again', 0, (0, 0, 640, 360))]),
    (2.8, [full('walk', 0, (0, 0, 640, 360))]),
    (3.2, [full('three', 0, (0, 0, 480, 270))]),
    (3.0, [full('actress', 0, (0, 0, 640, 360))]),
    (2.4, [full('sorry', 0, (0, 0, 640, 360))]),
    (4.0, [moving('brother', (170, 30, 240, 330), (360, 495), [(0, 10), (4, 590)]),
           moving('walk', (170, 60, 240, 330), (360, 495), [(0, 590), (4, 10)])]),
    (3.5, [full('pair', 0.5, (0, 0, 480, 270))]),
    (3.0, [full('actress', 9, (32, 0, 608, 342))]),
    (2.1, [full('no', 0, (110, 10, 400, 225))]),
    (2.4, [full('walk', 0.3, (90, 20, 400, 225))]),
    (4.0, [moving('no', (180, 20, 240, 330), (300, 412), [(0, 600), (1.9, 330), (2.3, 290), (4, 20)]),
           moving('sorry', (180, 0, 240, 330), (300, 412), [(0, 20), (1.7, 290), (2.3, 350), (4, 620)])]),
    (4.0, [moving('actress', (300, 0, 270, 360), (390, 520), [(0, 300), (1, 980), (2.4, 980), (3.4, 350), (4, 300)])]),
    (2.1, [full('three', 1.0, (160, 20, 320, 180))]),
    (2.1, [full('pair', 2.2, (0, 20, 400, 225))]),
]


def mix(path, t):
    """The point of @path, [(t, ...), ...], at @t, straight in between."""
    if t <= path[0][0]:
        return path[0][1:]
    for a, b in zip(path, path[1:]):
        if t <= b[0]:
            part = (t - a[0]) / (b[0] - a[0])
            return tuple(x + (y - x) * part for x, y in zip(a[1:], b[1:]))
    return path[-1][1:]


def length_of(clip):
    out = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'v:0', '-show_entries', 'format=duration',
                          '-of', 'csv=p=0', clip], check=True, capture_output=True, text=True).stdout
    return float(out)


def source_time(actor, t, lengths):
    """Where the clip is at second @t of the shot."""
    if actor['path'] is None:
        return actor['start'] + t
    span = lengths[actor['clip']]
    t %= 2 * span
    return t if t < span else 2 * span - t


def heads(shot, t, lengths):
    """[(person, x, y, size, state), ...] of @shot at second @t."""
    out = []
    for index, actor in enumerate(shot[1]):
        x, y, w, h = actor['crop']
        left, top, width, height = actor['place']
        if actor['path'] is not None:
            left = mix(actor['path'], t)[0]
        scale = width / w
        for person, points in CLIPS[actor['clip']][1].items():
            cx, cy, size = mix(points, source_time(actor, t, lengths))
            if not (x < cx < x + w and y < cy < y + h):
                continue
            box = ((cx - x) * scale + left, (cy - y) * scale + top, size * scale)
            out.append((person,) + box + (state_of(shot, index, t, box),))
    return out


def state_of(shot, index, t, box):
    """Which part of a head is in the picture and not behind those further in front."""
    half = box[2] * 0.4
    x0, x1 = box[0] - half, box[0] + half
    seen = (min(x1, WIDTH) - max(x0, 0)) / (x1 - x0)
    for other in shot[1][index + 1:]:
        left = mix(other['path'], t)[0]
        cover = min(x1, left + other['place'][2]) - max(x0, left)
        seen -= max(cover, 0) / (x1 - x0)
    # What lies beside the face in the crop may be cut, the face may not.
    return 'seen' if seen > 0.97 else 'part' if seen > 0.15 else 'hidden'


def expression(path):
    """@path as an expression of ffmpeg's."""
    out = str(path[-1][1])
    for a, b in reversed(list(zip(path, path[1:]))):
        out = f'if(lt(t,{b[0]}),{a[1]}+({b[1] - a[1]})*(t-{a[0]})/{b[0] - a[0]},{out})'
    return out.replace(',', '\\,')


def graph():
    """The inputs and the filter graph of all shots."""
    inputs, chains, n = [], [], 0
    for s, (seconds, actors) in enumerate(SHOTS):
        frames = round(seconds * FPS)
        for a, actor in enumerate(actors):
            x, y, w, h = actor['crop']
            _, _, width, height = actor['place']
            inputs.append(actor)
            start = f'[{n}:v]fps={FPS},crop={w}:{h}:{x}:{y},scale={width}:{height}:flags=bicubic,setsar=1,format=yuv444p'
            if actor['path'] is None:
                chains.append(f"{start},trim=start={actor['start']},setpts=N/{FPS}/TB,"
                              f'tpad=stop_mode=clone:stop=3,trim=end_frame={frames}[a{s}_{a}]')
            else:
                chains.append(f'{start},split[f{n}][g{n}];[g{n}]reverse[r{n}];[f{n}][r{n}]concat,loop=-1:32767,'
                              f'setpts=N/{FPS}/TB,trim=end_frame={frames}[a{s}_{a}]')
            n += 1
        if actors[0]['path'] is None:
            chains.append(f'[a{s}_0]null[s{s}]')
            continue
        chains.append(f'color={WALL}:{WIDTH}x{HEIGHT}:{FPS},format=yuv444p,trim=end_frame={frames}[b{s}_0]')
        for a, actor in enumerate(actors):
            chains.append(f"[b{s}_{a}][a{s}_{a}]overlay=x={expression(actor['path'])}:y={actor['place'][1]}:"
                          f'eof_action=repeat,trim=end_frame={frames}[b{s}_{a + 1}]')
        chains.append(f'[b{s}_{len(actors)}]null[s{s}]')
    every = ''.join(f'[s{s}]' for s in range(len(SHOTS)))
    chains.append(f'{every}concat=n={len(SHOTS)},format=yuv420p[out]')
    return inputs, ';'.join(chains)


def write_truth(path, lengths):
    with open(path, 'w', newline='', encoding='utf-8') as file:
        out = csv.writer(file, lineterminator='\n')
        out.writerow(['frame', 'shot', 'person', 'x', 'y', 'size', 'state'])
        first = 0
        for s, shot in enumerate(SHOTS):
            n = round(shot[0] * FPS)
            for i in range(n):
                for person, x, y, size, state in heads(shot, i / FPS, lengths):
                    out.writerow([first + i, s, person, f'{x:.1f}', f'{y:.1f}', f'{size:.1f}', state])
            first += n


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('clips')
    parser.add_argument('out')
    parser.add_argument('truth')
    args = parser.parse_args()
    paths = {name: os.path.join(args.clips, clip[0]) for name, clip in CLIPS.items()}
    for path in paths.values():
        if not os.path.exists(path):
            sys.exit(f'make-montage: {path} is missing')
    # What the reversed part is as long as: whole frames of the film.
    lengths = {name: round(length_of(path) * FPS) / FPS for name, path in paths.items()}
    inputs, chains = graph()
    command = ['ffmpeg', '-v', 'error', '-nostdin', '-y']
    for actor in inputs:
        # The actress' clip is long: only the stretch that runs to and fro.
        limit = ['-t', '3'] if actor['path'] is not None and actor['clip'] == 'actress' else []
        command += limit + ['-i', paths[actor['clip']]]
    lengths['actress'] = 3
    command += ['-filter_complex', chains, '-map', '[out]', '-r', str(FPS), '-c:v', 'libx264', '-preset', 'fast',
                '-crf', '18', '-g', '30', args.out]
    subprocess.run(command, check=True)
    write_truth(args.truth, lengths)


if __name__ == '__main__':
    main()
