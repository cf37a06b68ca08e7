/*
 * object/dying.h - what the header of a plain object holds while it dies.
 *
 * An object that waits, for its turn to die or for what its fields referred to, has no use for a
 * count. Count and state then hold 62 bits: the address of the object that waits for this one, the
 * next field to release, and the three flags that are still needed.
 *
 *   count - INT32_MIN   30 bits, so that the count is a dead one: flags 3, field 8, address 19
 *   state               32 bits: address 32
 *
 * Addresses have 51 bits behind the granule, enough for 55 bits of address space.
 */
#ifndef OBJECT_DYING_H
#define OBJECT_DYING_H

#include "object/object.h"

/* Objects with more fields than this find the next one by looking at all of them. */
#define DYING_FIELD_MAX 255U

/* The flags of a plain object that matter while its death is put off. */
#define DYING_FLAGS (STATE_FINALIZED | STATE_WEAK | STATE_SIZED)

struct dying {
    own_object *waiting; /* the object that goes on when this one has died; may be NULL */
    unsigned field;      /* the fields before this one are still to be released */
    uint32_t flags;      /* those of DYING_FLAGS that the object has */
};

static inline void dying_store(own_object *object, struct dying dying)
{
    uint64_t address = (uint64_t)(uintptr_t)dying.waiting / GRANULE;
    uint32_t upper = dying.flags << 27 | (uint32_t)dying.field << 19 | (uint32_t)(address >> 32);
    object->state = (uint32_t)address;
    __atomic_store_n(&object->count, (int32_t)(upper | UINT32_C(0x80000000)), __ATOMIC_RELAXED);
}

static inline struct dying dying_load(const own_object *object)
{
    uint32_t upper = (uint32_t)object->count & UINT32_C(0x3fffffff);
    uint64_t address = (uint64_t)(upper & 0x7ffff) << 32 | object->state;
    return (struct dying){
        .waiting = (own_object *)(uintptr_t)(address * GRANULE),
        .field = upper >> 19 & DYING_FIELD_MAX,
        .flags = upper >> 27,
    };
}

#endif
