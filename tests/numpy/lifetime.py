"""lifetime.py - numpy holds the last reference to memory: C frees it when numpy lets go."""
import ctypes
import gc

import numpy

import own

try:
    import exporter # built where there is Python.h
except ImportError:
    exporter = None

libc = own.libc
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = (ctypes.c_size_t,)
libc.free.argtypes = (ctypes.c_void_p,)
freed = []


@own.FREE
def free_fn(memory):
    freed.append(memory)
    libc.free(memory)


def adopted(count):
    """An array over memory that says when it is freed."""
    freed.clear()
    memory = libc.malloc(count * 8)
    (ctypes.c_double * count).from_address(memory)[:] = range(count)
    array = own.adopt(None, b"d", 0, *own.shape_of((count,)), memory, free_fn)
    assert array
    return array, memory


def by_dlpack(array):
    return numpy.from_dlpack(own.Dlpack(array))


def by_buffer(array):
    return numpy.asarray(exporter.Exporter(array))


def last_reference(take_over):
    array, memory = adopted(1000)
    theirs = take_over(array)
    assert theirs.ctypes.data == memory and theirs.dtype == numpy.float64
    assert own.resize(array, own.shape_of((2000,))[1]) == -1 # EBUSY
    own.decref(array)
    assert not freed and theirs.sum() == 1000 * 999 / 2
    part = theirs[10:20]
    del theirs
    gc.collect()
    assert not freed and part[0] == 10
    if part.flags.writeable: # not by this numpy from DLPack
        part[1] = -1
    del part
    gc.collect()
    assert freed == [memory], freed


def views(take_over):
    """A view goes over with its strides, and keeps only the memory."""
    array, memory = adopted(60)
    grid = own.reshape(None, array, *own.shape_of((6, 10)))
    part = own.slice_(None, grid, 1, 9, own.ABSENT, -3)
    turned = own.transpose(None, part)
    theirs = take_over(turned)
    for mine in (array, grid, part, turned):
        own.decref(mine)
    expected = numpy.arange(60.0).reshape(6, 10)[:, 9::-3].T
    assert theirs.strides == expected.strides and numpy.array_equal(theirs, expected)
    assert not freed
    del theirs
    gc.collect()
    assert freed == [memory]


def many(take_over):
    array, memory = adopted(10)
    importers = [take_over(array) for _ in range(100)]
    own.decref(array)
    while importers:
        assert not freed
        importers.pop(len(importers) // 2)
        gc.collect()
    assert freed == [memory]


def readonly():
    array, memory = adopted(10)
    fixed = own.readonly(None, array)
    assert not own.export_dlpack(fixed) # it could not say so
    theirs = by_buffer(fixed)
    assert not theirs.flags.writeable
    own.decref(fixed)
    own.decref(array)
    del theirs
    gc.collect()
    assert freed == [memory]


def unused_capsule():
    """What is exported and never imported is released by its deleter."""
    array, memory = adopted(10)
    tensor = own.export_dlpack(array)
    own.decref(array)
    deleter = ctypes.CFUNCTYPE(None, ctypes.c_void_p).from_address(tensor + 56)
    assert not freed
    deleter(tensor)
    assert freed == [memory]


def formats():
    """Every format with a type in numpy arrives as that."""
    for code in "?bBhHiIlLqQefd":
        for take_over in WAYS if code != "?" else WAYS[1:]: # not a bool, for this numpy
            array = own.new(None, code.encode(), 1, *own.shape_of((2, 3)))
            theirs = take_over(array)
            assert theirs.dtype == numpy.dtype(code) and theirs.shape == (2, 3), code
            assert theirs.flags.f_contiguous
            own.decref(array)
    if not exporter:
        return
    for code, dtype in ((">d", ">f8"), ("16s", "S16"), ("g", "g"), ("=hd", "=i2,=f8")):
        array = own.new(None, code.encode(), 0, *own.shape_of((3,)))
        theirs = by_buffer(array)
        assert theirs.dtype == numpy.dtype(dtype), (code, theirs.dtype)
        own.decref(array)
    array = own.new(None, b"di4x", 0, *own.shape_of((3,)))
    theirs = by_buffer(array)
    assert theirs.dtype.itemsize == 16 and theirs.dtype["f1"] == numpy.int32
    own.decref(array)


WAYS = (by_dlpack, by_buffer) if exporter else (by_dlpack,)
for take_over in WAYS:
    last_reference(take_over)
    views(take_over)
    many(take_over)
if exporter:
    readonly()
unused_capsule()
formats()
print("numpy", numpy.__version__, "takes memory over, and gives it back")
if not exporter:
    print("not tested: the buffer protocol (no Python.h)")
