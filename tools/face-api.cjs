// SPDX-License-Identifier: GPL-3.0-or-later
// @vladmandic/face-api on tfjs' plain CPU backend, for what compares with it: load(NODE_MODULES)
// gives {tf, api}. NODE_MODULES holds @vladmandic/face-api and @tensorflow/tfjs.
'use strict';

const Module = require('module');
const path = require('path');

exports.load = function (modules) {
  const tf = require(path.resolve(modules, '@tensorflow/tfjs'));
  const load = Module._load;
  Module._load = function (request, ...rest) {
    if (request === '@tensorflow/tfjs') return tf;
    if (request === '@tensorflow/tfjs-backend-wasm') return { setWasmPaths() {} };
    return load.call(this, request, ...rest);
  };
  const api = require(path.resolve(modules, '@vladmandic/face-api/dist/face-api.node-wasm.js'));
  return { tf, api };
};
