# cython: language_level=3
# cimports.pyx - the classes of own as other Cython code uses them.
from own cimport Address, Array, Pool
from own.array cimport array_of, take
from own.libown cimport (
    OWN_C_ORDER, own_alloc, own_array_adopt, own_array_data, own_decref, own_incref, own_pool,
    own_pool_new_at, own_pool_parent)
from own.pool cimport fail, pool_of
from libc.errno cimport errno, EBUSY, EDQUOT, EINVAL, ENOMEM, EOVERFLOW
from libc.stdlib cimport malloc, free

freed = []

cdef void note_and_free(void *memory) noexcept with gil:
    freed.append(<size_t>memory)
    free(memory)

def array_of_c(size_t count):
    """An Array over memory of malloc."""
    cdef int *items = <int *>malloc(count * sizeof(int))
    if items is NULL:
        raise MemoryError
    cdef size_t i
    for i in range(count):
        items[i] = <int>i
    return array_of(own_array_adopt(NULL, "i", OWN_C_ORDER, 1, &count, items, note_and_free),
                    "an array")

def no_array():
    """What becomes of an error of C."""
    cdef size_t count = 3
    return array_of(own_array_adopt(NULL, "nonsense", OWN_C_ORDER, 1, &count, NULL, free), "none")

def first_byte(exporter):
    cdef Array array = take(exporter, None)
    return (<unsigned char *>own_array_data(array.use()))[0]

def alloc_in_c(Pool pool, size_t size):
    if own_alloc(pool.use(), 1, size) is NULL:
        fail("a block")

def fill(Address address, int byte):
    cdef unsigned char *block = <unsigned char *>address.use()
    cdef size_t i
    for i in range(address.size):
        block[i] = byte

def child_of_c(Pool pool):
    """A child that C made: its Python object, twice."""
    cdef own_pool *child = own_pool_new_at(pool.use(), "of C")
    if child is NULL:
        fail("a pool")
    return pool_of(child), pool_of(child)

def raise_errno(str name):
    cdef dict numbers = {"EBUSY": EBUSY, "EDQUOT": EDQUOT, "EINVAL": EINVAL, "ENOMEM": ENOMEM,
                         "EOVERFLOW": EOVERFLOW}
    errno_is(numbers[name])
    fail(name)

cdef extern from *:
    """
    static void errno_is(int number) { errno = number; }
    """
    void errno_is(int number)
