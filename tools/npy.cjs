// SPDX-License-Identifier: GPL-3.0-or-later
// NumPy's .npy format for the node scripts: little endian, C order.
'use strict';

const fs = require('fs');

const TYPES = {
  '<f4': Float32Array,
  '|u1': Uint8Array,
  '<i8': BigInt64Array,
  '<i4': Int32Array,
};

function load(path) {
  const bytes = fs.readFileSync(path);
  const start = bytes[6] === 1 ? 10 : 12;
  const size = bytes[6] === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const header = bytes.toString('latin1', start, start + size);
  const descr = /'descr': '([^']+)'/.exec(header)[1];
  const shape = /'shape': \(([^)]*)\)/.exec(header)[1].split(',').filter((s) => s.trim()).map(Number);
  if (!TYPES[descr] || /'fortran_order': True/.test(header)) throw new Error(`${path}: ${header}`);
  const copy = bytes.buffer.slice(bytes.byteOffset + start + size, bytes.byteOffset + bytes.length);
  return { descr, shape, data: new TYPES[descr](copy) };
}

function save(path, shape, data) {
  const descr = Object.keys(TYPES).find((k) => data instanceof TYPES[k]);
  const list = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  let header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${list}), }`;
  header += ' '.repeat(63 - ((10 + header.length) % 64)) + '\n';
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 0, 'latin1');
  head.writeUInt16LE(header.length, 8);
  const body = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  fs.writeFileSync(path, Buffer.concat([head, Buffer.from(header, 'latin1'), body]));
}

module.exports = { load, save };
