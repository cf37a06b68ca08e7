# test_crop.py - cuts a part out of an array that is not contiguous; what cannot be cut is an error.
import gc

import crop
import numpy

a = numpy.zeros((5, 10), int)
a[numpy.arange(5), :] = numpy.arange(10)
a = (a * 10 ** numpy.arange(5)[:, numpy.newaxis])[:, 1:]
print(a)
print("rows %d, columns %d, contiguous: %s" % (*a.shape, a.flags.c_contiguous))

c = crop.crop(a, 2, 4, 1, 5)
d = a[2:4, 1:5]
print("cropped:")
print(c)
print("sliced by numpy:")
print(d)
assert (c == d).all() and c.dtype == d.dtype and not numpy.shares_memory(c, a)

# Every part of it, in any order of memory; and it outlives the array.
for image in (a, numpy.asfortranarray(a, numpy.int32), a.astype(float)[::-1], a.T):
    rows, columns = image.shape
    for i in range(rows):
        for j in range(i, rows):
            for k in range(columns):
                for l in range(k, columns):
                    assert (crop.crop(image, i, j, k, l) == image[i:j, k:l]).all()
expected = d.tolist()
del a, d, image
gc.collect()
assert c.tolist() == expected

a = numpy.zeros((5, 9), int)
for bounds in ((0, 5, 0, 1), (0, 1, 0, 9), (-1, 2, 0, 1), (0, 1, -1, 2), (3, 2, 0, 1), (0, 1, 3, 2)):
    try:
        crop.crop(a, *bounds)
    except IndexError as error:
        print("IndexError:", error)
    else:
        raise AssertionError("%s was cut" % (bounds,))
for wrong in (numpy.zeros(5), numpy.zeros((2, 2, 2))):
    try:
        crop.crop(wrong, 0, 1, 0, 1)
    except ValueError:
        pass
    else:
        raise AssertionError("%d dimensions were cut" % wrong.ndim)
