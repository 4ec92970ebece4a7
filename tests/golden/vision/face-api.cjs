#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// What @vladmandic/face-api itself computes, on tfjs' plain CPU backend.
//   face-api.cjs NODE_MODULES DIR
// reads DIR/ssd-input.npy [512,512,3] and DIR/landmarks-input.npy [112,112,3]; writes DIR/ssd-boxes.npy
// [5118,4] (top, left, bottom, right in parts of the picture), DIR/ssd-scores.npy [5118] and
// DIR/landmarks-points.npy [136]; from DIR/embedding-input.npy [150,150,3] DIR/embedding-output.npy [128].
'use strict';

const path = require('path');
const npy = require('../../../tools/npy.cjs');

const [modules, dir] = process.argv.slice(2);
const { tf, api } = require('../../../tools/face-api.cjs').load(modules);

function tensor(name) {
  const { shape, data } = npy.load(path.join(dir, name));
  return tf.tensor(Float32Array.from(data), shape);
}

function store(name, t) {
  npy.save(path.join(dir, name), t.shape, Float32Array.from(t.dataSync()));
}

async function main() {
  const models = path.resolve(modules, '@vladmandic/face-api/model');
  await tf.setBackend('cpu');
  await tf.ready();
  await api.nets.ssdMobilenetv1.loadFromDisk(models);
  await api.nets.faceLandmark68Net.loadFromDisk(models);
  await api.nets.faceRecognitionNet.loadFromDisk(models);
  const net = await api.toNetInput(tensor('ssd-input.npy'));
  const { boxes, scores } = api.nets.ssdMobilenetv1.forwardInput(net);
  store('ssd-boxes.npy', boxes[0]);
  store('ssd-scores.npy', scores[0]);
  const face = await api.toNetInput(tensor('landmarks-input.npy'));
  store('landmarks-points.npy', api.nets.faceLandmark68Net.forwardInput(face).as1D());
  const chip = await api.toNetInput(tensor('embedding-input.npy'));
  store('embedding-output.npy', api.nets.faceRecognitionNet.forwardInput(chip).as1D());
}

main();
