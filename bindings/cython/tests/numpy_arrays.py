# numpy_arrays.py - own.Array and numpy: what one has, the other sees, without a copy, and frees.
import gc
import random
import sys
import unittest

import numpy

import own

CODES = "?bBhHiIlLqQefdFD"
WAYS = (numpy.asarray, numpy.from_dlpack)


def random_view(chance, one, other):
    """The same view of an Array and of numpy's array."""
    kind = chance.randrange(3)
    if kind == 0:
        return one.T, other.T
    if kind == 1 and other.ndim:
        return one[..., ::-1], other[..., ::-1]
    key = tuple(slice(*(chance.choice((None, -2, 0, 1, 3)) for _ in range(2)),
                      chance.choice((None, 1, 2, -1))) for _ in range(other.ndim))
    return one[(..., *key)], other[(..., *key)]


class NumpyTest(unittest.TestCase):
    def test_over_and_back(self):
        chance = random.Random(5)
        numpy.random.seed(5)
        for _ in range(400):
            shape = tuple(chance.randrange(1, 5) for _ in range(chance.randrange(4)))
            numbers = numpy.random.standard_normal(shape) * 50
            theirs = numpy.array(numbers).astype(chance.choice(CODES))
            ours = own.asarray(theirs)
            for _ in range(chance.randrange(3)):
                ours, theirs = random_view(chance, ours, theirs)
            self.assertEqual((ours.shape, ours.ndim, ours.nbytes, ours.itemsize, ours.size),
                             (theirs.shape, theirs.ndim, theirs.nbytes, theirs.itemsize,
                              theirs.size))
            self.assertEqual((ours.c_contiguous, ours.f_contiguous),
                             (theirs.flags.c_contiguous, theirs.flags.f_contiguous))
            self.assertEqual(str(ours), str(theirs))
            self.assertEqual(ours.tolist(), theirs.tolist())
            for way in WAYS if theirs.dtype.char != "?" else WAYS[:1]: # a tensor of bools is newer
                back = way(ours)
                numpy.testing.assert_array_equal(back, theirs)
                self.assertEqual(back.dtype, theirs.dtype)
                if theirs.size:
                    self.assertTrue(numpy.shares_memory(back, theirs))

    def test_numpy_keeps_the_memory(self):
        for way in WAYS:
            ours = own.Array((10, 10), "i")
            ours[...] = 7
            theirs = way(ours)[2:5]
            with self.assertRaises(BufferError):
                ours.resize((1, 10))
            address = ours.addr
            del ours
            gc.collect()
            self.assertEqual((theirs.sum(), theirs.ctypes.data), (7 * 30, address + 80))

    def test_we_keep_their_memory(self):
        for way in (own.asarray, own.from_dlpack):
            theirs = numpy.arange(100.0)
            held = sys.getrefcount(theirs)
            part = way(theirs)[10:20]
            self.assertGreater(sys.getrefcount(theirs), held)
            part[0] = -1
            self.assertEqual(theirs[10], -1)
            del part
            gc.collect()
            self.assertEqual(sys.getrefcount(theirs), held)

    def test_written_by_numpy(self):
        ours = own.Array((3, 4), "i")
        numpy.asarray(ours)[1] = range(4)
        self.assertEqual(ours[1].tolist(), [0, 1, 2, 3])
        ours[2] = numpy.array([9, 8, 7, 6], "i")
        self.assertEqual(ours[2].tolist(), [9, 8, 7, 6])
        ours[:, 0] = numpy.int32(5)
        self.assertEqual(ours[:, 0].tolist(), [5, 5, 5])
        self.assertEqual(ours[numpy.int64(1), 3], 3)

    def test_what_numpy_may_not_write(self):
        theirs = numpy.asarray(own.Array(3).toreadonly())
        self.assertFalse(theirs.flags.writeable)
        theirs = numpy.arange(3)
        theirs.flags.writeable = False
        self.assertTrue(own.asarray(theirs).readonly)

    def test_structs(self):
        theirs = numpy.array([(1, 2.5), (10, 3)], numpy.dtype("i2,f8", align=True))
        ours = own.asarray(theirs)
        self.assertEqual(str(ours), str(theirs))
        self.assertEqual(numpy.asarray(ours).dtype.names, ("f0", "f1"))
        with self.assertRaises(ValueError):
            own.asarray(numpy.array([None]))


if __name__ == "__main__":
    unittest.main()
