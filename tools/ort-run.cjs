#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Runs an ONNX model with ONNX Runtime, to compare ours with.
//   ort-run.cjs NODE_MODULES MODEL.onnx OUTPUT_DIR INPUT.npy...
// Inputs in the model's order; each output is written as OUTPUT_DIR/NAME.npy.
'use strict';

const path = require('path');
const npy = require('./npy.cjs');

const NAMES = { '<f4': 'float32', '|u1': 'uint8', '<i8': 'int64', '<i4': 'int32' };

async function main() {
  const [modules, model, output, ...inputs] = process.argv.slice(2);
  if (!inputs.length) throw new Error('usage: ort-run.cjs NODE_MODULES MODEL OUTPUT_DIR INPUT.npy...');
  const ort = require(path.resolve(modules, 'onnxruntime-node'));
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
  const feeds = {};
  inputs.forEach((file, i) => {
    const t = npy.load(file);
    feeds[session.inputNames[i]] = new ort.Tensor(NAMES[t.descr], t.data, t.shape);
  });
  const started = process.hrtime.bigint();
  const results = await session.run(feeds);
  console.log(`${Number(process.hrtime.bigint() - started) / 1e6} ms`);
  for (const name of session.outputNames) {
    const t = results[name];
    console.log(name, t.dims.join('x'));
    npy.save(path.join(output, `${name.replace(/[^A-Za-z0-9_.-]/g, '_')}.npy`), t.dims, t.data);
  }
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
