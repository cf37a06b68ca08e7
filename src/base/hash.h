/*
 * base/hash.h - hashes of addresses.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* 32 well mixed bits of an address; any of them can select a bucket. */
static inline size_t hash_address(uintptr_t address)
{
    /* A product depends on lower bits only, and addresses differ in the middle ones. */
    return (size_t)((uint64_t)address * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

#endif
