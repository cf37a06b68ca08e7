/*
 * array/dlpack.h - the structs of DLPack's dlpack.h, as far as they are needed: the tensor from
 * before version 1, and the versioned one.
 */
#ifndef ARRAY_DLPACK_H
#define ARRAY_DLPACK_H

#include <stdint.h>

#define DL_MAJOR 1
#define DL_MINOR 0

#define DL_CPU 1

enum dl_code { DL_INT = 0, DL_UINT = 1, DL_FLOAT = 2, DL_COMPLEX = 5, DL_BOOL = 6 };

struct dl_device {
    int32_t type;
    int32_t id;
};

struct dl_type {
    uint8_t code;
    uint8_t bits;
    uint16_t lanes;
};

struct dl_tensor {
    void *data;
    struct dl_device device;
    int32_t ndim;
    struct dl_type dtype;
    int64_t *shape;
    int64_t *strides; /* in items; NULL: C order */
    uint64_t byte_offset;
};

struct DLManagedTensor {
    struct dl_tensor dl_tensor;
    void *manager_ctx;
    void (*deleter)(struct DLManagedTensor *self); /* NULL: nothing is to be freed */
};

#define DL_READ_ONLY UINT64_C(1)

struct dl_version {
    uint32_t major; /* another one: only the deleter may be used */
    uint32_t minor;
};

struct DLManagedTensorVersioned {
    struct dl_version version;
    void *manager_ctx;
    void (*deleter)(struct DLManagedTensorVersioned *self);
    uint64_t flags;
    struct dl_tensor dl_tensor;
};

#endif
