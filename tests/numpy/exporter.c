/*
 * exporter.c - a Python type over an own_array: own_array_export fills its buffer and
 * own_array_release releases it, as in an extension module of a user.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <own.h>

_Static_assert(sizeof(own_export) == sizeof(Py_buffer), "an export is a Py_buffer");
_Static_assert(offsetof(own_export, strides) == offsetof(Py_buffer, strides), "field by field");
_Static_assert(offsetof(own_export, internal) == offsetof(Py_buffer, internal), "to the last");

struct exporter {
    PyObject_HEAD own_array *array;
};

/* Exporter(address): takes a reference of its own. */
static PyObject *exporter_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    Py_ssize_t address;
    (void)keywords;
    if (!PyArg_ParseTuple(arguments, "n", &address))
        return NULL;
    struct exporter *self = (struct exporter *)type->tp_alloc(type, 0);
    if (self)
        self->array = (own_array *)own_incref((void *)address);
    return (PyObject *)self;
}

static void exporter_dealloc(PyObject *self)
{
    own_decref(((struct exporter *)self)->array);
    Py_TYPE(self)->tp_free(self);
}

static int exporter_getbuffer(PyObject *self, Py_buffer *buffer, int flags)
{
    own_array *array = ((struct exporter *)self)->array;
    if ((flags & PyBUF_WRITABLE) && own_array_is_readonly(array)) {
        PyErr_SetString(PyExc_BufferError, "the array is read-only");
        return -1;
    }
    if (own_array_export(array, (own_export *)(void *)buffer) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    buffer->obj = Py_NewRef(self);
    return 0;
}

static void exporter_releasebuffer(PyObject *self, Py_buffer *buffer)
{
    (void)self;
    own_array_release((own_export *)(void *)buffer);
}

static PyBufferProcs exporter_buffer = {
    .bf_getbuffer = exporter_getbuffer,
    .bf_releasebuffer = exporter_releasebuffer,
};

static PyTypeObject exporter_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "exporter.Exporter",
    .tp_basicsize = sizeof(struct exporter),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = exporter_new,
    .tp_dealloc = exporter_dealloc,
    .tp_as_buffer = &exporter_buffer,
};

static PyModuleDef exporter_module = {PyModuleDef_HEAD_INIT, .m_name = "exporter", .m_size = -1};

PyMODINIT_FUNC PyInit_exporter(void);
PyMODINIT_FUNC PyInit_exporter(void)
{
    if (PyType_Ready(&exporter_type) < 0)
        return NULL;
    PyObject *module = PyModule_Create(&exporter_module);
    if (module && PyModule_AddObjectRef(module, "Exporter", (PyObject *)&exporter_type) < 0)
        Py_CLEAR(module);
    return module;
}
