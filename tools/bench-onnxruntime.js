// Times ONNX Runtime for bench-peers.py: node bench-onnxruntime.js PACKAGE MODEL THREADS
// Reads a number of runs per line from standard input, prints {wall, cpu}: lists of times in ms, per
// line. PACKAGE is the folder of the npm package onnxruntime-node.
'use strict';
const ort = require(process.argv[2]);
const readline = require('readline');

function feeds(session) {
  const all = {};
  session.inputNames.forEach((name, i) => {
    const meta = session.inputMetadata[i];
    const dims = meta.shape.map((d) => (typeof d === 'number' && d > 0 ? d : 1));
    const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
    for (let j = 0; j < data.length; j++) data[j] = ((j * 7919) % 1000) / 1000 - 0.5;
    all[name] = new ort.Tensor('float32', data, dims);
  });
  return all;
}

async function main() {
  const session = await ort.InferenceSession.create(process.argv[3], {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: Number(process.argv[4]),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  });
  const input = feeds(session);
  await session.run(input);
  for await (const line of readline.createInterface({input: process.stdin})) {
    const wall = [];
    const cpu = [];
    for (let i = 0; i < Number(line); i++) {
      const start = process.hrtime.bigint();
      const before = process.cpuUsage();
      await session.run(input);
      const used = process.cpuUsage(before);
      wall.push(Number(process.hrtime.bigint() - start) / 1e6);
      cpu.push((used.user + used.system) / 1e3);
    }
    console.log(JSON.stringify({wall, cpu}));
  }
}

main();
