# SPDX-License-Identifier: GPL-3.0-or-later
"""ONNX Runtime from Python through its C interface, out of the shared library that the npm package
onnxruntime-node carries: Debian 12 has no onnxruntime for Python.

The numbers are the places of functions in OrtApi, which only ever grows at its end.
Calls let other Python threads run meanwhile, as ctypes does.
"""
import ctypes
import glob
import os

import numpy as np

API_VERSION = 17
GET_ERROR_MESSAGE, CREATE_ENV, CREATE_SESSION, RUN, CREATE_SESSION_OPTIONS = 2, 3, 7, 9, 10
SET_OPTIMISATION, SET_INTRA_THREADS, SET_INTER_THREADS = 23, 24, 25
CREATE_TENSOR_WITH_DATA, GET_TENSOR_DATA = 49, 51
GET_DIMENSIONS_COUNT, GET_DIMENSIONS, GET_TYPE_AND_SHAPE = 61, 62, 65
CREATE_CPU_MEMORY_INFO, RELEASE_VALUE, RELEASE_TYPE_AND_SHAPE = 69, 96, 99
OPTIMISE_ALL, LOG_ERRORS, FLOAT = 99, 3, 1

P = ctypes.c_void_p


class Runtime:
    """The library itself; PACKAGE is the folder of the npm package onnxruntime-node."""

    def __init__(self, package):
        path = glob.glob(os.path.join(package, 'bin', 'napi-v*', 'linux', 'x64',
                                      'libonnxruntime.so.1'))[0]
        library = ctypes.CDLL(path)
        library.OrtGetApiBase.restype = P
        base = ctypes.cast(library.OrtGetApiBase(), ctypes.POINTER(P))
        get_api = ctypes.CFUNCTYPE(P, ctypes.c_uint32)(base[0])
        self.version = ctypes.CFUNCTYPE(ctypes.c_char_p)(base[1])().decode()
        self.table = ctypes.cast(get_api(API_VERSION), ctypes.POINTER(P))
        self.env = P()
        self.call(CREATE_ENV, ctypes.c_int(LOG_ERRORS), ctypes.c_char_p(b'mien'),
                  ctypes.byref(self.env))
        self.memory = P()
        self.call(CREATE_CPU_MEMORY_INFO, ctypes.c_int(0), ctypes.c_int(0),
                  ctypes.byref(self.memory))

    def function(self, place, *types):
        return ctypes.CFUNCTYPE(P, *types)(self.table[place])

    def call(self, place, *args):
        status = self.function(place, *[P if isinstance(a, type(ctypes.byref(P()))) else type(a)
                                        for a in args])(*args)
        if status:
            text = ctypes.CFUNCTYPE(ctypes.c_char_p, P)(self.table[GET_ERROR_MESSAGE])(status)
            raise RuntimeError(text.decode())

    def release(self, place, value):
        ctypes.CFUNCTYPE(None, P)(self.table[place])(value)


class Session:
    """One network with one float32 input; outputs by name."""

    def __init__(self, runtime, path, input_name, outputs, threads, configure=None):
        """@configure: is given the runtime and the session options."""
        self.runtime = runtime
        options = P()
        runtime.call(CREATE_SESSION_OPTIONS, ctypes.byref(options))
        runtime.call(SET_OPTIMISATION, options, ctypes.c_int(OPTIMISE_ALL))
        runtime.call(SET_INTRA_THREADS, options, ctypes.c_int(threads))
        runtime.call(SET_INTER_THREADS, options, ctypes.c_int(1))
        if configure:
            configure(runtime, options)
        self.session = P()
        runtime.call(CREATE_SESSION, runtime.env, ctypes.c_char_p(os.fsencode(path)), options,
                     ctypes.byref(self.session))
        self.input_names = (ctypes.c_char_p * 1)(input_name.encode())
        self.output_names = (ctypes.c_char_p * len(outputs))(*[o.encode() for o in outputs])
        self.n_outputs = len(outputs)

    def run(self, array):
        """@array: float32, C order. Copies of the outputs."""
        r = self.runtime
        array = np.ascontiguousarray(array, np.float32)
        dims = (ctypes.c_int64 * array.ndim)(*array.shape)
        value = P()
        r.call(CREATE_TENSOR_WITH_DATA, r.memory, P(array.ctypes.data),
               ctypes.c_size_t(array.nbytes), ctypes.cast(dims, P), ctypes.c_size_t(array.ndim),
               ctypes.c_int(FLOAT), ctypes.byref(value))
        inputs = (P * 1)(value)
        outputs = (P * self.n_outputs)()
        r.call(RUN, self.session, P(None), ctypes.cast(self.input_names, P),
               ctypes.cast(inputs, P), ctypes.c_size_t(1), ctypes.cast(self.output_names, P),
               ctypes.c_size_t(self.n_outputs), ctypes.cast(outputs, P))
        results = [self._copy(P(o)) for o in outputs]
        r.release(RELEASE_VALUE, value)
        return results

    def _copy(self, value):
        r = self.runtime
        info, n, data = P(), ctypes.c_size_t(), P()
        r.call(GET_TYPE_AND_SHAPE, value, ctypes.byref(info))
        r.call(GET_DIMENSIONS_COUNT, info, ctypes.byref(n))
        dims = (ctypes.c_int64 * n.value)()
        r.call(GET_DIMENSIONS, info, ctypes.cast(dims, P), n)
        r.call(GET_TENSOR_DATA, value, ctypes.byref(data))
        array = np.ctypeslib.as_array(ctypes.cast(data, ctypes.POINTER(ctypes.c_float)),
                                      tuple(dims)).copy()
        r.release(RELEASE_TYPE_AND_SHAPE, info)
        r.release(RELEASE_VALUE, value)
        return array
