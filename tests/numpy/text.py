"""text.py - own_array_print prints what numpy does."""
import os
import random
import sys

import numpy

import own

INTEGERS = "bBhHiIlLqQ"
FLOATS = "efdg"


def numbers(dtype, shape):
    """Numbers of every kind that is written in another way."""
    if dtype.kind == "b":
        return numpy.random.randint(0, 2, shape)
    if dtype.kind in "iu":
        info = numpy.iinfo(dtype)
        most = random.choice((10, 1000, info.max))
        least = max(info.min, -most) if random.random() < 0.5 else 0
        return numpy.random.randint(least, min(most, info.max), shape, dtype=dtype)
    kind = random.randrange(7)
    values = numpy.random.standard_normal(shape)
    if kind == 0:
        values = numpy.round(values * 100)
    elif kind == 1:
        values = numpy.round(values, random.randrange(4))
    elif kind == 2:
        values = values * 10.0 ** random.randrange(-7, 20 if dtype.char != "e" else 3)
    elif kind == 3:
        values = numpy.abs(values) * 10.0 ** numpy.random.randint(-3, 4, shape)
    elif kind == 4:
        values = values * 0
    elif kind == 5:
        infinity = random.choice((1, -1)) * numpy.inf
        values = numpy.where(values > 1, numpy.nan, numpy.where(values < -1, infinity, values))
    return values


def random_shape():
    ndim = random.choice((0, 1, 1, 2, 2, 3, 4))
    if random.random() < 0.1:
        return tuple(random.choice((1, 8, 40)) for _ in range(ndim))
    return tuple(
        random.choice((0, 1, 2, 3, 5, 12)) if random.random() < 0.9 else 30 for _ in range(ndim))


def run(count):
    for _ in range(count):
        dtype = numpy.dtype(random.choice(INTEGERS + FLOATS * 4 + "?"))
        if dtype.char == "S":
            dtype = numpy.dtype("S5")
        shape = random_shape()
        with numpy.errstate(all="ignore"):
            theirs = numpy.asarray(numbers(dtype, shape)).astype(dtype)
        mine = own.new(None, dtype.char.encode(), 0, *own.shape_of(shape))
        if theirs.size:
            memory, exported = own.view(mine)
            numpy.asarray(memory)[...] = theirs
            del memory
            own.release(exported)
        text, expected = own.text(mine), str(theirs)
        if text != expected:
            print(dtype, shape)
            print(expected)
            print("own_array_print:")
            print(text)
            sys.exit(f"seed {seed}: printed otherwise")
        own.decref(mine)


# Bytes, structs and the byte order of others.
def one(format, values):
    theirs = numpy.array(values)
    raw = theirs.tobytes()
    mine = own.new(None, format, 0, *own.shape_of(theirs.shape))
    own.ctypes.memmove(own.data(mine), raw, len(raw))
    assert own.text(mine) == str(theirs), (own.text(mine), str(theirs))
    own.decref(mine)


seed = int(os.environ.get("OWN_TEST_SEED", "1"))
random.seed(seed)
numpy.random.seed(seed)
run(int(sys.argv[1]))
one(b"5s", numpy.array([b"ab", b"a'b\n", b"\x01\\"], "S5"))
one(b"e", numpy.array([13088, -34688, 0.1], "e"))
one(b"e", numpy.array([13088, -34688], "e"))
one(b">d", numpy.array([1.5, -2], ">f8"))
one(b"<h", numpy.array([1, -2], "<i2"))
one(b"=hd", numpy.array([(1, 2.5), (10, 3)], "=i2,=f8"))
one(b"hd", numpy.array([(1, 2.5), (10, 3)], numpy.dtype("i2,f8", align=True)))
print(sys.argv[1], "arrays printed alike")
