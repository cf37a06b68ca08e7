"""model.py - random views of random arrays, made by numpy and by libown side by side."""
import os
import random
import sys

import numpy

import own

FORMATS = "?bBhHiIlLqQefdg"


def random_shape(most=5):
    return tuple(random.choice((0, 1, 1, 2, 3, 4, 5, 7)) if random.random() < 0.95 else 11
                 for _ in range(random.randrange(most + 1)))


def new_pair():
    """The same array twice."""
    dtype = numpy.dtype(random.choice(FORMATS))
    shape, order = random_shape(), random.choice((0, 1))
    mine = own.new(None, dtype.char.encode(), order, *own.shape_of(shape))
    assert mine
    theirs = numpy.zeros(shape, dtype, order="CF"[order])
    if theirs.size:
        memory, exported = own.view(mine)
        values = numpy.random.randint(0, 100, shape)
        theirs[...] = values
        numpy.asarray(memory)[...] = values
        del memory
        own.release(exported)
    return mine, theirs


def bound(length):
    if random.random() < 0.2:
        return own.ABSENT, None
    if random.random() < 0.05:
        value = random.choice((-1, 1)) * random.randrange(1 << 62, (1 << 63) - 1)
    else:
        value = random.randrange(-length - 3, length + 4)
    return value, value


def take_slice(mine, theirs):
    axis = random.randrange(theirs.ndim)
    length = theirs.shape[axis]
    (start, a), (stop, b), (step, c) = bound(length), bound(length), bound(length)
    if c == 0:
        assert not own.slice_(None, mine, axis, start, stop, step)
        step, c = own.ABSENT, None
    result = own.slice_(None, mine, axis - random.choice((0, theirs.ndim)), start, stop, step)
    return result, theirs[(slice(None),) * axis + (slice(a, b, c),)]


def take_index(mine, theirs):
    axis = random.randrange(theirs.ndim)
    length = theirs.shape[axis]
    at = random.randrange(-length - 1, length + 1)
    result = own.index(None, mine, axis, at)
    if not -length <= at < length:
        assert not result
        return None, None
    return result, theirs[(slice(None),) * axis + (at, Ellipsis)]


def take_permutation(mine, theirs):
    if random.random() < 0.3:
        return own.transpose(None, mine), theirs.T
    axes = list(range(theirs.ndim))
    random.shuffle(axes)
    result = own.permute(None, mine, own.ints([a - random.choice((0, theirs.ndim)) for a in axes]))
    return result, theirs.transpose(axes)


def factors(count):
    shape = []
    for _ in range(random.randrange(1, 5)):
        divisors = [d for d in range(1, count + 1) if count % d == 0][:8] if count else [0, 1, 2]
        d = random.choice(divisors)
        shape.append(d)
        count = count // d if d else count
    shape.append(count)
    random.shuffle(shape)
    return shape


def take_reshape(mine, theirs):
    shape = factors(theirs.size)
    if theirs.size and random.random() < 0.3:
        shape[random.randrange(len(shape))] = -1
    result = own.reshape(None, mine, *own.shape_of([s % (1 << 64) for s in shape]))
    expected = theirs.view()
    try:
        expected.shape = shape
    except (AttributeError, ValueError):
        expected = None
    assert bool(result) == (expected is not None), (theirs.shape, theirs.strides, shape)
    return result, expected


def take_broadcast(mine, theirs):
    shape = [random.choice((2, 3)) if n == 1 and random.random() < 0.7 else n for n in theirs.shape]
    shape = [random.choice((1, 2)) for _ in range(random.randrange(2))] + shape
    return (own.broadcast(None, mine, *own.shape_of(shape)), numpy.broadcast_to(theirs, shape))


def take_copy(mine, theirs):
    order = random.choice((0, 1))
    result = own.copy(None, mine, order)
    assert own.is_contiguous(result, order)
    return result, theirs.copy(order="CF"[order])


def compare(mine, theirs):
    memory, exported = own.view(mine)
    assert memory.shape == theirs.shape, (memory.shape, theirs.shape)
    assert memory.readonly == (not theirs.flags.writeable)
    assert own.is_contiguous(mine, 0) == theirs.flags.c_contiguous
    assert own.is_contiguous(mine, 1) == theirs.flags.f_contiguous
    for length, a, b in zip(theirs.shape, memory.strides, theirs.strides):
        assert length <= 1 or theirs.size == 0 or a == b, (
            theirs.shape, memory.strides, theirs.strides)
    seen = numpy.asarray(memory)
    assert seen.dtype == theirs.dtype
    assert numpy.array_equal(seen, theirs)
    assert theirs.size == 0 or seen.ctypes.data == own.data(mine)
    del seen, memory
    own.release(exported)


TAKES = (take_slice, take_slice, take_index, take_permutation, take_reshape, take_broadcast,
         take_copy)


def run(count):
    made = {take.__name__: 0 for take in TAKES}
    for _ in range(count):
        mine, theirs = new_pair()
        for _ in range(random.randrange(1, 8)):
            take = random.choice(TAKES)
            if theirs.ndim == 0 and take in (take_slice, take_index):
                continue
            if theirs.size > 5000 or theirs.ndim > 10:
                break
            result, expected = take(mine, theirs)
            if not result:
                continue
            made[take.__name__] += 1
            own.decref(mine) # the view holds the memory
            mine, theirs = result, expected
            compare(mine, theirs)
        own.decref(mine)
    return made


seed = int(os.environ.get("OWN_TEST_SEED", "1"))
random.seed(seed)
numpy.random.seed(seed)
try:
    made = run(int(sys.argv[1]))
except AssertionError:
    print("seed", seed)
    raise
print(", ".join(f"{count} {name}" for name, count in made.items()))
assert min(made.values()) > 100
