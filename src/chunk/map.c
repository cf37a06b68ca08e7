/*
 * chunk/map.c - the unit map: for any address, who claimed the unit that it lies in.
 *
 * Two levels: a root of 2^16 entries, each 4 GiB of address space; leaves of 2^16 entries, each a
 * unit. Root and leaves are zero pages until they are touched, so the map costs 16 bytes a unit in
 * use and a page here and there. Leaves stay for good, so a reader needs no lock: it meets a wrong
 * address as an entry of nobody's or somebody else's, never as memory that is gone. A reader that
 * asks for what its own pool claimed sees it, because the claim came before in its own order of
 * events.
 */
#include "chunk/heap.h"

#include <errno.h>

struct claim *map_root[(size_t)1 << (MAP_ADDRESS_BITS - MAP_UNIT_BITS - MAP_LEAF_BITS)];

static struct claim *leaf_of(uintptr_t unit)
{
    return __atomic_load_n(&map_root[unit >> MAP_LEAF_BITS], __ATOMIC_ACQUIRE);
}

static bool leaf_make(uintptr_t unit)
{
    if (leaf_of(unit))
        return true;
    struct claim *leaf = system_map(MAP_LEAF_ENTRIES * sizeof(*leaf), 4096);
    if (!leaf)
        return false;
    struct claim *none = NULL;
    if (!__atomic_compare_exchange_n(&map_root[unit >> MAP_LEAF_BITS], &none, leaf, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        system_unmap(leaf, MAP_LEAF_ENTRIES * sizeof(*leaf)); /* another thread was first */
    return true;
}

static void enter(uintptr_t unit, const void *owner, claim_value value)
{
    struct claim *claim = &leaf_of(unit)[unit & (MAP_LEAF_ENTRIES - 1)];
    __atomic_store_n(&claim->value, value, __ATOMIC_RELAXED);
    __atomic_store_n(&claim->owner, owner, __ATOMIC_RELEASE);
}

bool map_prepare(const void *start, size_t size)
{
    uintptr_t last = ((uintptr_t)start + size - 1) >> MAP_UNIT_BITS;
    if (last >> (MAP_ADDRESS_BITS - MAP_UNIT_BITS)) {
        errno = ENOMEM; /* beyond what the map covers: no kernel hands it out unasked */
        return false;
    }
    uintptr_t unit = (uintptr_t)start >> MAP_UNIT_BITS;
    for (; unit <= last; unit = (unit | (MAP_LEAF_ENTRIES - 1)) + 1) {
        if (!leaf_make(unit))
            return false;
    }
    return true;
}

bool chunk_claim(const void *start, size_t size, const void *owner, claim_value value)
{
    if (!map_prepare(start, size))
        return false;
    uintptr_t last = ((uintptr_t)start + size - 1) >> MAP_UNIT_BITS;
    for (uintptr_t unit = (uintptr_t)start >> MAP_UNIT_BITS; unit <= last; unit++)
        enter(unit, owner, value);
    return true;
}

void chunk_unclaim(const void *start, size_t size)
{
    uintptr_t last = ((uintptr_t)start + size - 1) >> MAP_UNIT_BITS;
    for (uintptr_t unit = (uintptr_t)start >> MAP_UNIT_BITS; unit <= last; unit++)
        enter(unit, NULL, 0);
}

void chunk_each_claim(void (*visit)(const void *owner, claim_value value, void *arg), void *arg)
{
    const size_t roots = sizeof(map_root) / sizeof(*map_root);
    claim_value last = 0; /* a chunk of several units has as many entries */
    for (size_t root = 0; root < roots; root++) {
        const struct claim *leaf = __atomic_load_n(&map_root[root], __ATOMIC_ACQUIRE);
        for (size_t i = 0; leaf && i < MAP_LEAF_ENTRIES; i++) {
            const void *owner = __atomic_load_n(&leaf[i].owner, __ATOMIC_ACQUIRE);
            claim_value value = __atomic_load_n(&leaf[i].value, __ATOMIC_RELAXED);
            if (owner && value != last)
                visit(owner, value, arg);
            last = value;
        }
    }
}
