"""own.py - libown.so through ctypes, as far as the tests beside numpy need it."""
import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_ssize_t, c_void_p

library = ctypes.CDLL(os.environ["OWN_LIBRARY"], use_errno=True)
libc = ctypes.CDLL(None)
ABSENT = -(1 << 63)
FREE = ctypes.CFUNCTYPE(None, c_void_p)


class Export(ctypes.Structure):
    """own_export, which is Python's Py_buffer."""

    _fields_ = [
        ("buf", c_void_p),
        ("obj", c_void_p),
        ("len", c_ssize_t),
        ("itemsize", c_ssize_t),
        ("readonly", c_int),
        ("ndim", c_int),
        ("format", c_char_p),
        ("shape", POINTER(c_ssize_t)),
        ("strides", POINTER(c_ssize_t)),
        ("suboffsets", POINTER(c_ssize_t)),
        ("internal", c_void_p),
    ]


def declare(name, result, *arguments):
    function = getattr(library, name)
    function.restype = result
    function.argtypes = arguments
    return function


sizes = POINTER(c_size_t)
new = declare("own_array_new", c_void_p, c_void_p, c_char_p, c_int, c_int, sizes)
adopt = declare("own_array_adopt", c_void_p, c_void_p, c_char_p, c_int, c_int, sizes, c_void_p,
                FREE)
slice_ = declare("own_array_slice", c_void_p, c_void_p, c_void_p, c_int, c_ssize_t, c_ssize_t,
                 c_ssize_t)
index = declare("own_array_index", c_void_p, c_void_p, c_void_p, c_int, c_ssize_t)
transpose = declare("own_array_transpose", c_void_p, c_void_p, c_void_p)
permute = declare("own_array_permute", c_void_p, c_void_p, c_void_p, POINTER(c_int))
reshape = declare("own_array_reshape", c_void_p, c_void_p, c_void_p, c_int, sizes)
broadcast = declare("own_array_broadcast", c_void_p, c_void_p, c_void_p, c_int, sizes)
readonly = declare("own_array_readonly", c_void_p, c_void_p, c_void_p)
copy = declare("own_array_copy", c_void_p, c_void_p, c_void_p, c_int)
assign = declare("own_array_assign", c_int, c_void_p, c_void_p)
print_ = declare("own_array_print", c_int, c_void_p, c_void_p)
is_contiguous = declare("own_array_is_contiguous", ctypes.c_bool, c_void_p, c_int)
data = declare("own_array_data", c_void_p, c_void_p)
base = declare("own_array_base", c_void_p, c_void_p)
export = declare("own_array_export", c_int, c_void_p, POINTER(Export))
release = declare("own_array_release", None, POINTER(Export))
export_dlpack = declare("own_array_export_dlpack", c_void_p, c_void_p)
decref = declare("own_decref", None, c_void_p)
refcount = declare("own_refcount", c_size_t, c_void_p)
resize = declare("own_array_resize", c_int, c_void_p, sizes)

memoryview_from = ctypes.pythonapi.PyMemoryView_FromBuffer
memoryview_from.restype = ctypes.py_object
memoryview_from.argtypes = (POINTER(Export),)
capsule_new = ctypes.pythonapi.PyCapsule_New
capsule_new.restype = ctypes.py_object
capsule_new.argtypes = (c_void_p, c_char_p, c_void_p)


def shape_of(shape):
    return len(shape), (c_size_t * max(len(shape), 1))(*shape)


def ints(values):
    return (c_int * max(len(values), 1))(*values)


def view(array):
    """A memoryview of an array and its export, which the caller releases."""
    exported = Export()
    assert export(array, byref(exported)) == 0
    return memoryview_from(byref(exported)), exported


def text(array):
    """What own_array_print prints."""
    libc.open_memstream.restype = c_void_p
    libc.open_memstream.argtypes = (c_void_p, c_void_p)
    libc.fclose.argtypes = (c_void_p,)
    libc.free.argtypes = (c_void_p,)
    memory, length = c_void_p(), c_size_t()
    stream = libc.open_memstream(byref(memory), byref(length))
    assert print_(stream, array) == 0
    libc.fclose(stream)
    result = ctypes.string_at(memory.value, length.value).decode()
    libc.free(memory)
    return result


class Dlpack:
    """An array as numpy.from_dlpack wants it."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, stream=None):
        tensor = export_dlpack(self.array)
        assert tensor
        return capsule_new(tensor, b"dltensor", None)

    def __dlpack_device__(self):
        return (1, 0)
