/*
 * peer_cymem.c - cymem, whose pools keep a Python dict from addresses to sizes.
 */
#include <Python.h>

#include "cymem_calls.h"
#include "peer.h"

#define PEER_NAME "cymem"

static void start_python(void)
{
    if (Py_IsInitialized())
        return;
    PyImport_AppendInittab("cymem_calls", PyInit_cymem_calls);
    Py_Initialize();
    if (!PyImport_ImportModule("cymem_calls"))
        PyErr_Print();
}

static const char *peer_version(void)
{
    static char version[64];
    start_python();
    snprintf(version, sizeof version, "%s, Python %s", cymem_version(), PY_VERSION);
    return version;
}

static void peer_start(void)
{
    start_python();
}

#define PEER_FOREIGN
typedef PyObject foreign_pool;

static inline foreign_pool *peer_foreign_pool_new(bool adopts)
{
    return measure_must(cymem_pool_new(adopts));
}

static inline void peer_adopt(foreign_pool *owner, void *memory, size_t size)
{
    cymem_adopt(owner, memory, size);
}

static inline void *peer_private_alloc(foreign_pool *owner, size_t size)
{
    return cymem_alloc(owner, size);
}

static inline bool peer_foreign_find(foreign_pool *owner, const void *block)
{
    return cymem_contains(owner, block);
}

static inline void peer_foreign_free(foreign_pool *owner, void *block)
{
    cymem_free(owner, block);
}

static inline void peer_foreign_pool_drop(foreign_pool *owner)
{
    Py_DECREF(owner);
}

#include "workloads.h"
