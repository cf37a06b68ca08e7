"""formats.py - formats as numpy and ctypes write them: sizes, text, and buffers that come over."""
import ctypes
import gc
import os
import random
import sys
from ctypes import POINTER, byref, c_int, c_void_p

import numpy
from numpy.core._internal import _dtype_from_pep3118 as numpy_reads

import own

CODES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "g", "c8", "c16", "G"]


def random_dtype(depth):
    """A type of numpy's: a number, text, or a struct of such."""
    kind = random.randrange(10 if depth < 3 else 6)
    if kind == 4:
        return numpy.dtype(f"S{random.randrange(1, 6)}")
    if kind == 5:
        return numpy.dtype(f"U{random.randrange(1, 6)}").newbyteorder(random.choice("<>"))
    if kind < 6:
        dtype = numpy.dtype(random.choice(CODES))
        return dtype if dtype.char in "gG" else dtype.newbyteorder(random.choice("<<>"))
    fields = []
    for i in range(random.randrange(1, 4)):
        shape = tuple(random.randrange(1, 4) for _ in range(random.choice((0, 0, 1, 2))))
        fields.append((f"f{i}", random_dtype(depth + 1), shape))
    return numpy.dtype(fields, align=random.random() < 0.5)


def fill(values):
    """Puts numbers into an array of any type."""
    dtype = values.dtype
    if dtype.names:
        for name in dtype.names:
            fill(values[name])
    elif dtype.kind in "SU":
        for index in numpy.ndindex(values.shape):
            values[index] = random.choice(("", "a", "it's", 'q"', "\n\\", "'\""))
            if dtype.kind == "U" and random.random() < 0.5:
                values[index] = random.choice(("\u00e9", "\u20ac\U0001f600", "\x01"))
    else:
        numbers = numpy.round(numpy.random.standard_normal(values.shape) * 50, random.randrange(3))
        if dtype.kind == "u":
            numbers = numpy.abs(numbers)
        if dtype.kind == "c":
            numbers = numbers + 1j * numpy.round(numpy.random.standard_normal(values.shape) * 9, 1)
            if random.random() < 0.2:
                numbers = numbers * 1e10
            if random.random() < 0.1:
                numbers = numpy.where(numbers.real > 0, numpy.nan, numbers)
        values[...] = numbers.astype(dtype)


def compare(theirs):
    with memoryview(theirs) as view:
        format = view.format.encode()
    mine = own.new(None, format, 0, *own.shape_of(theirs.shape))
    assert mine, format
    read = numpy_reads(format.decode())
    size = read.itemsize
    raw = theirs.tobytes()
    memory, exported = own.view(mine)
    assert exported.itemsize == size, (format, exported.itemsize, size)
    del memory
    own.release(exported)
    if read != theirs.dtype: # numpy cannot read what it wrote: padding at the end is not told
        assert size == theirs.itemsize or not imported(theirs)
        own.decref(mine)
        return False
    ctypes.memmove(own.data(mine), raw, len(raw))
    text, expected = own.text(mine), str(theirs)
    if text != expected:
        sys.exit(f"seed {seed}: {format}\n{expected}\nown_array_print:\n{text}")
    own.decref(mine)
    return True


# Buffers of Python's as arrays.
RELEASE = ctypes.CFUNCTYPE(None, POINTER(own.Export))
get_buffer = ctypes.pythonapi.PyObject_GetBuffer
get_buffer.argtypes = (ctypes.py_object, POINTER(own.Export), c_int)
buffer_release = RELEASE(("PyBuffer_Release", ctypes.pythonapi))
import_ = own.declare("own_array_import", c_void_p, c_void_p, POINTER(own.Export), RELEASE)
FULL_RO = 0x11c


def imported(exporter):
    exported = own.Export()
    assert get_buffer(exporter, byref(exported), FULL_RO) == 0
    mine = import_(None, byref(exported), buffer_release)
    if not mine:
        buffer_release(byref(exported))
    return mine


def go_over(theirs):
    mine = imported(theirs)
    assert mine, theirs.dtype
    held = sys.getrefcount(theirs)
    assert own.data(mine) == theirs.ctypes.data
    assert own.text(mine) == str(theirs)
    view = own.readonly(None, mine)
    own.decref(mine)
    assert sys.getrefcount(theirs) == held
    own.decref(view)
    gc.collect()
    assert sys.getrefcount(theirs) == held - 1


# Structs of ctypes.
class Pair(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("x", ctypes.c_ubyte), ("y", c_int)]


class Nested(ctypes.Structure):
    _fields_ = [("s", c_int * 2 * 3), ("f", ctypes.c_float * 2), ("n", ctypes.c_double)]


class Loose(ctypes.Structure):
    _fields_ = [("x", ctypes.c_ubyte), ("y", c_int)]


def structs():
    nested = (Nested * 2)()
    nested[1].s[2][1] = 7
    mine = imported(nested)
    assert own.text(mine) == str(numpy.asarray(nested)), own.text(mine)
    own.decref(mine)
    # Older Pythons do not tell the padding of this one, of 8 bytes.
    with memoryview(Loose()) as view:
        is_whole = numpy_reads(view.format).itemsize == view.itemsize
    mine = imported(Loose())
    assert bool(mine) == is_whole
    if mine:
        own.decref(mine)


def tensors():
    """DLPack, both ways."""
    take = own.declare("own_array_import_dlpack", c_void_p, c_void_p, c_void_p)
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype = c_void_p
    pointer.argtypes = (ctypes.py_object, ctypes.c_char_p)
    rename = ctypes.pythonapi.PyCapsule_SetName
    rename.argtypes = (ctypes.py_object, ctypes.c_char_p)
    used = ctypes.c_char_p(b"used_dltensor")
    for dtype in ("i1", "u2", "i4", "u8", "f2", "f4", "f8", "c8", "c16"):
        for theirs in (numpy.ones((3, 4), dtype), numpy.ones((4, 6), dtype)[::-1, 1::2],
                       numpy.ones((), dtype), numpy.ones((0, 3), dtype)):
            held = sys.getrefcount(theirs)
            capsule = theirs.__dlpack__()
            mine = take(None, pointer(capsule, b"dltensor"))
            rename(capsule, used)
            assert own.text(mine) == str(theirs)
            back = numpy.from_dlpack(own.Dlpack(mine))
            own.decref(mine)
            assert back.shape == theirs.shape and back.dtype == theirs.dtype
            assert (back == theirs).all()
            del back, capsule
            gc.collect()
            assert sys.getrefcount(theirs) == held


seed = int(os.environ.get("OWN_TEST_SEED", "1"))
random.seed(seed)
numpy.random.seed(seed)
for _ in range(int(sys.argv[1])):
    shape = tuple(random.randrange(4) for _ in range(random.randrange(3)))
    array = numpy.zeros(shape, random_dtype(0))
    fill(array)
    if compare(array):
        go_over(array[::-1] if shape else array)
compare(numpy.array(1.5 - 2j))
compare(numpy.array(2j))
compare(numpy.array(complex(-0.0, 1)))
compare(numpy.array("it's\n\u20ac"))
compare(numpy.array([numpy.inf - 1j, complex(1, numpy.nan), complex(1e-9, -numpy.inf)]))
structs()
tensors()
print(sys.argv[1], "formats alike")
