#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// The error of @vladmandic/face-api's own 68 points, as tools/eval-landmarks measures ours.
//   eval-landmarks --dump=DIR FOLDER DETECTOR landmarks68; eval-face-api.cjs NODE_MODULES DIR
// prints two rows of the same table: its network on our boxes, and its own detector and network
// (SSD-MobileNet at its usual least confidence of 0.5). Needs @vladmandic/face-api and
// @tensorflow/tfjs; all arithmetic is tfjs' plain CPU backend.
'use strict';

const fs = require('fs');
const path = require('path');
const npy = require('./npy.cjs');

const [modules, dir] = process.argv.slice(2);
const { tf, api } = require('./face-api.cjs').load(modules);

const PARTS = [[0, 68], [0, 17], [17, 27], [27, 36], [36, 48], [48, 68]];
const MIN_IOU = 0.4;

function iou(a, b) {
  const w = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const h = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  const both = Math.max(w, 0) * Math.max(h, 0);
  return both / (a[2] * a[3] + b[2] * b[3] - both);
}

function distance(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

// The mean error of each part.
function compare(found, truth) {
  const eyes = distance(truth[36], truth[45]);
  return PARTS.map(([first, end]) => {
    let sum = 0;
    for (let i = first; i < end; i++) sum += distance(found[i], truth[i]);
    return sum / (end - first) / eyes;
  });
}

function print(boxes, errors, n) {
  const means = PARTS.map((_, i) => errors.reduce((s, e) => s + e[i], 0) / errors.length);
  const worst = Math.max(...errors.map((e) => e[0]));
  console.log(`| face-api's own | ${boxes} | ${errors.length}/${n} | `
    + `${means.map((m) => m.toFixed(4)).join(' | ')} | ${worst.toFixed(3)} |`);
}

// What withFaceLandmarks() does after its detector, for one box.
async function findPoints(picture, box) {
  const [height, width] = picture.shape;
  const detection = new api.FaceDetection(1, new api.Rect(
    box[0] / width, box[1] / height, box[2] / width, box[3] / height), { width, height });
  const [face] = await api.extractFaceTensors(picture, [detection]);
  const points = await api.nets.faceLandmark68Net.detectLandmarks(face);
  return api.extendWithFaceLandmarks({ detection }, points).landmarks.positions.map((p) => [p.x, p.y]);
}

async function main() {
  const models = path.resolve(modules, '@vladmandic/face-api/model');
  await tf.setBackend('cpu');
  await tf.ready();
  await api.nets.ssdMobilenetv1.loadFromDisk(models);
  await api.nets.faceLandmark68Net.loadFromDisk(models);
  const faces = JSON.parse(fs.readFileSync(path.join(dir, 'faces.json'), 'utf8'));
  const same = [];
  const own = [];
  for (const name of new Set(faces.map((f) => f.picture))) {
    const { shape, data } = npy.load(path.join(dir, `${name}.npy`));
    const picture = tf.tensor3d(Float32Array.from(data), shape);
    const all = await api.detectAllFaces(picture).withFaceLandmarks();
    for (const face of faces.filter((f) => f.picture === name)) {
      same.push(compare(await findPoints(picture, face.box), face.truth));
      const best = all.map((r) => {
        const b = r.detection.box;
        return { overlap: iou([b.x, b.y, b.width, b.height], face.rect), landmarks: r.landmarks };
      }).sort((a, b) => b.overlap - a.overlap)[0];
      if (best && best.overlap >= MIN_IOU) {
        own.push(compare(best.landmarks.positions.map((p) => [p.x, p.y]), face.truth));
      }
    }
    picture.dispose();
  }
  print('the same', same, faces.length);
  print("face-api's own", own, faces.length);
}

main();
