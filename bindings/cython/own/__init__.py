# own/__init__.py - what the package has for Python.
"""libown from Python: pools that own memory, and arrays that share theirs.

    Pool       owns blocks, Python objects, deferred calls and child pools
    Address    a block
    Array      items with a shape; asarray and from_dlpack make one of what others have
    cymem      the module in the place of cymem's (import own.cymem)

For Cython: own.libown has the calls of C, and each module a .pxd for cimport."""
from own.array import Array, asarray, from_dlpack
from own.pool import Address, LimitError, Pool, Usage

__all__ = ["Address", "Array", "LimitError", "Pool", "Usage", "asarray", "from_dlpack"]
