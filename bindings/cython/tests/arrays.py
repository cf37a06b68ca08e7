# arrays.py - own.Array does what its docstring says: on its own, beside memoryview, and under the
# hands of exporters and importers that this file plays itself. numpy_arrays.py has numpy.
import array
import ctypes
import gc
import random
import threading
import unittest

import own


class ArrayTest(unittest.TestCase):
    def test_what_it_is_made_of(self):
        one = own.Array((2, 3), "i")
        self.assertEqual((one.shape, one.strides, one.ndim, one.size, one.nbytes, one.itemsize),
                         ((2, 3), (12, 4), 2, 6, 24, 4))
        self.assertEqual((one.format, one.readonly, one.c_contiguous, one.f_contiguous, len(one)),
                         ("i", False, True, False, 2))
        self.assertEqual(one.tolist(), [[0, 0, 0], [0, 0, 0]])
        self.assertEqual(repr(one), "<own.Array of shape (2, 3), format 'i'>")
        self.assertEqual(own.Array([2, 3], order="F").strides, (8, 16))
        self.assertEqual(own.Array(5).shape, (5,))
        self.assertEqual((own.Array(()).tolist(), own.Array(()).size), (0.0, 1))
        self.assertEqual(own.Array((2, 0, 3)).tolist(), [[], []])
        self.assertEqual(own.Array(3, zero=False).shape, (3,))

    def test_text(self):
        one = own.Array((2, 3), "i")
        one[1] = 10
        self.assertEqual(str(one), "[[ 0  0  0]\n [10 10 10]]")

    def test_wrong_arguments(self):
        for arguments, keys, error in (
                ((3, "nonsense"), {}, ValueError), ((3, 5), {}, TypeError), ((), {}, TypeError),
                ((-1,), {}, OverflowError), ((1 << 62,), {}, OverflowError),
                (((1,) * 33,), {}, ValueError), ((3,), {"order": "K"}, ValueError),
                ((3,), {"pool": 5}, TypeError), ((1 << 44,), {}, MemoryError)):
            with self.assertRaises(error):
                own.Array(*arguments, **keys)
        with self.assertRaises(RuntimeError):
            own.Array(3).__init__(4)
        for use in (len, str, memoryview, lambda x: x.shape, lambda x: x[0], lambda x: x.T,
                    lambda x: x.__dlpack__(), lambda x: x.tolist(), lambda x: x.fill(0)):
            with self.assertRaises(ValueError):
                use(own.Array.__new__(own.Array))

    def test_items(self):
        for format, item in (("d", 1.5), ("b", -3), ("<q", 1 << 40), (">H", 258), ("?", True),
                             ("5s", b"abc\0\0"), ("3d", (1.0, 2.0, 3.0)), ("ih", (7, -8)),
                             ("Zd", 1 + 2j), ("<Zf", 0.5j), ("c", b"x"), ("i4x", 5)):
            one = own.Array((2, 2), format)
            one[1, 0] = item
            self.assertEqual(one[1, 0], item)
            self.assertEqual(one[-1, -2], item)
            self.assertEqual(one.tolist()[1][0], item)
            one[...] = item
            self.assertEqual(one.tolist(), [[item] * 2] * 2)
        one = own.Array((2, 2), "i")
        for wrong in (1.5, "a", (1, 2), 1 << 31, None):
            with self.assertRaises(ValueError):
                one[0, 0] = wrong
        with self.assertRaises(NotImplementedError):
            own.Array(2, "T{i:a:}")[0]
        for key in (2, (0, 2), (0, -3), (0, 0, 0), "a", 1.5, None, (..., ...), 1 << 80):
            with self.assertRaises((IndexError, TypeError)):
                one[key]
        with self.assertRaises(ValueError):
            one[::0]

    def test_slices_are_those_of_lists(self):
        chance = random.Random(3)
        one = own.Array(10, "i")
        for i in range(10):
            one[i] = i
        items = list(range(10))
        for _ in range(500):
            start, stop, step = [chance.choice((None, *range(-12, 13), 1 << 70, -(1 << 70)))
                                 for _ in range(3)]
            if step != 0:
                self.assertEqual(one[start:stop:step].tolist(), items[start:stop:step])

    def test_views_share_items(self):
        one = own.Array((3, 4), "i")
        memoryview(one).cast("B").cast("i")[:] = array.array("i", range(12))
        self.assertEqual(one[1:, ::2].tolist(), [[4, 6], [8, 10]])
        self.assertEqual(one.T.tolist(), [[0, 4, 8], [1, 5, 9], [2, 6, 10], [3, 7, 11]])
        self.assertEqual(one.T.shape, (4, 3))
        self.assertEqual(one.transpose(1, 0).tolist(), one.T.tolist())
        self.assertEqual(one.reshape(2, -1).tolist(), [list(range(6)), list(range(6, 12))])
        self.assertEqual(one.reshape((12,)).tolist(), list(range(12)))
        self.assertEqual(one[..., 1].tolist(), [1, 5, 9])
        self.assertEqual(one[2, ...].tolist(), [8, 9, 10, 11])
        self.assertEqual([row.tolist() for row in one][2], [8, 9, 10, 11])
        self.assertEqual(one.view("<I").format, "<I")
        self.assertEqual(one[0].broadcast((2, 4)).tolist(), [[0, 1, 2, 3]] * 2)
        one[:, 0] = -1
        self.assertEqual(one[:, 0].tolist(), [-1, -1, -1])
        one[1:] = one[:2] # which overlap
        self.assertEqual(one.tolist(), [[-1, 1, 2, 3], [-1, 1, 2, 3], [-1, 5, 6, 7]])
        one[0] = array.array("i", (9, 8, 7, 6))
        self.assertEqual(one[0].tolist(), [9, 8, 7, 6])
        copy = one.copy("F")
        copy[...] = 0
        self.assertEqual((one[0, 0], copy.strides), (9, (4, 12)))
        last = one[2]
        del one
        gc.collect()
        self.assertEqual(last.tolist(), [-1, 5, 6, 7])
        for call in (lambda: last.reshape(3), lambda: last.T.view("d"), lambda: last.transpose(0, 0),
                     lambda: last.transpose(5), lambda: last.broadcast((3,)),
                     lambda: last.__setitem__(0, array.array("d", [1])),
                     lambda: last.__setitem__(slice(None), array.array("i", [1, 2, 3]))):
            with self.assertRaises(ValueError):
                call()

    def test_readonly(self):
        one = own.Array(3, "i")
        fixed = one.toreadonly()
        for call in (lambda: fixed.fill(1), lambda: fixed.__setitem__(0, 1),
                     lambda: fixed[1:].__setitem__(slice(None), one[1:])):
            with self.assertRaises(ValueError):
                call()
        self.assertTrue(memoryview(fixed).readonly)
        one[0] = 5
        self.assertEqual(fixed[0], 5)
        with self.assertRaises(BufferError):
            fixed.__dlpack__()
        self.assertTrue(own.from_dlpack(fixed).readonly) # by a tensor with a version

    def test_resize(self):
        one = own.Array((2, 2), "i")
        one[...] = 7
        one.resize((3, 2))
        self.assertEqual(one.tolist(), [[7, 7], [7, 7], [0, 0]])
        view = memoryview(one)
        with self.assertRaises(BufferError):
            one.resize((1, 2))
        view.release()
        part = one[1:]
        with self.assertRaises(BufferError):
            one.resize((1, 2))
        with self.assertRaises(ValueError):
            part.resize((1, 2))
        with self.assertRaises(ValueError):
            one.resize(5)
        del part
        one.resize((1, 2))
        self.assertEqual(one.tolist(), [[7, 7]])

    def test_pools(self):
        pool = own.Pool("arrays", limit=100000)
        one = own.Array((10, 10), pool=pool)
        self.assertEqual(pool.usage().held, 1)
        with self.assertRaises(own.LimitError):
            own.Array((1000, 1000), pool=pool)
        with self.assertRaises(own.LimitError):
            one.broadcast((1000, 10, 10)).copy(pool=pool)
        one[0, 0] = 5
        copy = one.copy(pool=pool)
        pool.close() # the arrays are still referred to
        self.assertEqual((one[0, 0], copy[0, 0]), (5, 5))
        pool = own.Pool("others")
        memory = bytearray(100)
        own.asarray(memory, pool)
        with self.assertRaises(BufferError):
            memory.append(1)
        pool.close()
        memory.append(1)


class ExchangeTest(unittest.TestCase):
    def test_memoryview(self):
        one = own.Array((2, 3), "h")
        view = memoryview(one)
        self.assertEqual((view.format, view.shape, view.strides, view.readonly, view.tolist()),
                         ("h", (2, 3), (6, 2), False, [[0] * 3] * 2))
        view[1, 2] = 5
        self.assertEqual(one[1, 2], 5)
        part = memoryview(one[::-1, ::2])
        self.assertEqual((part.strides, part.tolist()), ((-6, 4), [[0, 5], [0, 0]]))
        del one, view
        gc.collect()
        self.assertEqual(part.tolist(), [[0, 5], [0, 0]])

    def test_what_a_buffer_is_asked_for(self):
        request = ctypes.pythonapi.PyObject_GetBuffer
        request.argtypes = (ctypes.py_object, ctypes.c_void_p, ctypes.c_int)
        release = ctypes.pythonapi.PyBuffer_Release
        release.argtypes = (ctypes.c_void_p,)

        def fields(exporter, flags):
            buffer = (ctypes.c_ssize_t * 10)() # a Py_buffer: format at 5, shape 6, strides 7
            request(exporter, buffer, flags)
            found = [bool(buffer[i]) for i in (5, 6, 7)]
            release(buffer)
            return found
        simple, writable, format, nd, strides = 0, 1, 4, 8, 0x18
        c, f, any_ = strides | 0x20, strides | 0x40, strides | 0x80
        one = own.Array((2, 3), "h")
        self.assertEqual(fields(one, simple), [False] * 3)
        self.assertEqual(fields(one, nd | format), [True, True, False])
        self.assertEqual(fields(one, c | writable), [False, True, True])
        self.assertEqual(fields(one.T, f | format), [True] * 3)
        self.assertEqual(fields(one.T, any_), [False, True, True])
        self.assertEqual(fields(own.Address(5), nd), [False, True, False])
        for exporter, flags in ((one, f), (one.T, simple), (one.T, nd), (one.T, c),
                                (one[:, ::2], any_), (one.toreadonly(), writable)):
            with self.assertRaises(BufferError):
                fields(exporter, flags)
        del exporter
        one.resize((3, 3)) # nobody has it any more

    def test_buffers_of_others(self):
        memory = bytearray(range(12))
        one = own.asarray(memory)
        self.assertEqual((one.format, one.tolist()), ("B", list(range(12))))
        one[0] = 200
        self.assertEqual(memory[0], 200)
        part = one[1:3]
        del one
        with self.assertRaises(BufferError):
            memory.append(1)
        del part
        memory.append(1)
        self.assertTrue(own.asarray(b"abc").readonly)
        self.assertEqual(own.asarray(array.array("d", (1, 2))).tolist(), [1.0, 2.0])
        grid = memoryview(bytearray(12)).cast("B", (3, 4))[::2]
        self.assertEqual((own.asarray(grid).shape, own.asarray(grid).strides), ((2, 4), (8, 1)))
        self.assertEqual(own.asarray((ctypes.c_int * 3)(1, 2, 3)).tolist(), [1, 2, 3])
        self.assertEqual(own.asarray(own.Address(3)).tolist(), [0, 0, 0])
        same = own.Array(3)
        self.assertIs(own.asarray(same), same)
        for wrong in (5, "text", None, object()):
            with self.assertRaises(TypeError):
                own.asarray(wrong)
        with self.assertRaises(ValueError):
            own.asarray((ctypes.POINTER(ctypes.c_int) * 2)()) # items that libown does not know

    def test_tensors(self):
        class Exporter:
            """What gives DLPack and nothing else, as PyTorch does."""
            def __init__(self, of, device=(1, 0), versions=True):
                self.of, self.device = of, device
                if not versions:
                    self.__class__ = Older

            def __dlpack__(self, **keys):
                return self.of.__dlpack__(**keys)

            def __dlpack_device__(self):
                return self.device

        class Older(Exporter):
            def __dlpack__(self, stream=None):
                return self.of.__dlpack__()
        for versions in (True, False):
            one = own.Array((3, 4), "f")
            exporter = Exporter(one[::2].T, versions=versions)
            other = own.asarray(exporter)
            other[3, 1] = 2.5
            self.assertEqual((other.shape, other.strides, one[2, 3]), ((4, 2), (4, 32), 2.5))
            del exporter
            with self.assertRaises(BufferError):
                one.resize((1, 4))
            del other
            gc.collect()
            one.resize((1, 4))
        one = own.Array(3)
        with self.assertRaises(BufferError):
            own.from_dlpack(Exporter(one, (2, 0)))
        for wrong in ({"stream": 1}, {"dl_device": (2, 0)}):
            with self.assertRaises(BufferError):
                one.__dlpack__(**wrong)
        for format in (">d", "T{i:a:}", "5s"):
            with self.assertRaises(BufferError):
                own.Array(3, format).__dlpack__()
        copy = own.from_dlpack(Exporter(one)).copy()
        capsule = one.__dlpack__(copy=True), one.__dlpack__(max_version=(1, 0)), one.__dlpack__()
        self.assertEqual(one.__dlpack_device__(), (1, 0))
        del capsule # nobody took the tensors
        one.resize(5)
        self.assertEqual(copy.size, 3)

    def test_released_without_the_gil(self):
        # The deleter of a tensor is called by a thread that does not have the GIL.
        pointer = ctypes.pythonapi.PyCapsule_GetPointer
        pointer.restype, pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
        rename = ctypes.pythonapi.PyCapsule_SetName
        rename.argtypes = ctypes.py_object, ctypes.c_char_p
        used = ctypes.c_char_p(b"used_dltensor")
        one = own.Array(1000)

        def work():
            for _ in range(200):
                capsule = one.__dlpack__()
                tensor = pointer(capsule, b"dltensor")
                rename(capsule, used)
                address = ctypes.c_void_p.from_address(tensor + 56).value
                ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address)(tensor) # lets go of the GIL
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        one.resize(5)


if __name__ == "__main__":
    unittest.main()
