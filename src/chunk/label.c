/*
 * chunk/label.c - labels: which chunks of slabs are found from any address that lies in them.
 *
 * A label is a bit in the head of the segment, set and cleared by whoever has the chunk. The unit
 * map knows segments by a claim of their first unit that has no owner. So an address that lies in
 * no segment is told without reading memory, and one that lies in a segment under the heap lock,
 * without which no segment is unmapped.
 */
#include "base/bits.h"
#include "chunk/heap.h"

#include <string.h>

_Static_assert(sizeof(struct segment) <= CHUNK_UNIT, "the head of a segment fits its first unit");

void chunk_label(const void *chunk)
{
    __atomic_fetch_or(label_word(chunk), bit_of(label_index(chunk)), __ATOMIC_RELEASE);
}

void chunk_unlabel(const void *chunk)
{
    __atomic_fetch_and(label_word(chunk), ~bit_of(label_index(chunk)), __ATOMIC_RELAXED);
}

/* Whether that is the address of a segment; it stays one under the heap lock. */
static bool is_segment(const struct segment *segment)
{
    struct claim *claim = segment ? chunk_claim_at(segment) : NULL;
    return claim && !__atomic_load_n(&claim->owner, __ATOMIC_ACQUIRE) &&
           __atomic_load_n(&claim->value, __ATOMIC_RELAXED) == claim_of(segment);
}

/* The chunk of a slab in which an address lies, if it has a label. */
static const uint64_t *labelled_in(struct segment *segment, const void *address)
{
    const struct slab *slab = &segment->slabs[unit_of(address)];
    if (!slab->is_slab)
        return NULL;
    size_t offset = (uintptr_t)address & (CHUNK_UNIT - 1);
    const char *chunk = (const char *)address - offset % class_size(slab->class);
    if (offset / class_size(slab->class) >= slab->carved)
        return NULL;
    uint64_t labels = __atomic_load_n(label_word(chunk), __ATOMIC_ACQUIRE);
    return labels & bit_of(label_index(chunk)) ? (const void *)chunk : NULL;
}

void *chunk_labelled_at(const void *address, void *begin)
{
    struct segment *segment = segment_of(address);
    const uint64_t *chunk = NULL;
    if (!is_segment(segment))
        return NULL;
    heap_lock();
    if (is_segment(segment))
        chunk = labelled_in(segment, address);
    if (chunk) {
        const uint64_t words[2] = {word_load(&chunk[0]), word_load(&chunk[1])};
        _Static_assert(sizeof(words) == LABELLED_BEGIN, "all of it is read");
        memcpy(begin, words, sizeof(words));
    }
    heap_unlock();
    return (void *)(uintptr_t)chunk;
}
