/*
 * chunk/validate.c - the equations of chunk.h, checked.
 */
#include "base/bits.h"
#include "chunk/heap.h"

static void check(bool holds, const char *equation)
{
    require(holds, "chunk", NULL, equation);
}

/* The chunk may be labelled meanwhile by the thread that has it. */
static void validate_labels(const struct segment *segment, unsigned unit)
{
    static const char equation[] =
        "only a chunk of a slab or of whole units has a label, and only while it is got or ready";
    const struct slab *slab = &segment->slabs[unit];
    const char *at = (const char *)segment + unit * CHUNK_UNIT;
    size_t size = class_size(slab->class);
    uint64_t labels[LABEL_WORDS];
    for (size_t word = 0; word < LABEL_WORDS; word++)
        labels[word] = word_load(&segment->labels[unit][word]);
    for (unsigned i = 0; slab->is_slab && size >= LABEL_BYTES && i < slab->carved; i++)
        labels[label_index(at + i * size) / 64] &= ~bit_of(label_index(at + i * size));
    if (!slab->is_slab && SEGMENT_ALL & ~segment->free & bit_of(unit))
        labels[0] &= ~UINT64_C(1);
    for (size_t word = 0; word < LABEL_WORDS; word++)
        check(!labels[word], equation);
    const struct free_chunk *chunk = slab->is_slab ? slab->free : NULL;
    for (; chunk; chunk = chunk->next)
        check(size < LABEL_BYTES || !(word_load(label_word(chunk)) & bit_of(label_index(chunk))),
              equation);
}

static void validate_slab(struct segment *segment, unsigned unit)
{
    struct slab *slab = &segment->slabs[unit];
    size_t capacity = CHUNK_UNIT / class_size(slab->class);
    size_t waiting = 0;
    for (struct free_chunk *chunk = slab->free; chunk; chunk = chunk->next) {
        check(segment_of(chunk) == segment && unit_of(chunk) == unit,
              "a slab's free chunks lie in its unit");
        waiting++;
    }
    check(slab->live + waiting == slab->carved && slab->carved <= capacity,
          "live + free list + never carved = chunks that fit the unit");
    check(slab->live > 0, "a slab with live = 0 does not exist");
}

static size_t validate_segment(struct segment *segment)
{
    check(!(segment->free & 1), "unit 0 is never free");
    check((segment->free & ~SEGMENT_ALL) == 0, "free are only units that are handed out");
    check((segment->dirty & ~segment->free) == 0, "dirty is a subset of free");
    for (unsigned unit = 1; unit < SEGMENT_UNITS; unit++) {
        if (!(segment->free >> unit & 1) && segment->slabs[unit].is_slab)
            validate_slab(segment, unit);
        validate_labels(segment, unit);
    }
    return (size_t)__builtin_popcountll(segment->dirty) * CHUNK_UNIT;
}

void chunk_validate(void)
{
    heap_lock();
    size_t segments = 0;
    size_t dirty = 0;
    for (unsigned run = 0; run <= SEGMENT_UNITS; run++) {
        list_each_safe (link, after, &heap.by_run[run]) {
            dirty += validate_segment(list_item(link, struct segment, by_run));
            segments++;
        }
        check(run == 0 || list_is_empty(&heap.by_run[run]) == !(heap.runs >> (run - 1) & 1),
              "runs says which lists are not empty");
    }
    size_t in_dirty_lists = 0;
    for (unsigned run = 0; run <= SEGMENT_UNITS; run++) {
        list_each_safe (link, after, &heap.by_dirty[run])
            in_dirty_lists++;
        check(run == 0 || list_is_empty(&heap.by_dirty[run]) == !(heap.dirty_runs >> (run - 1) & 1),
              "dirty_runs says which lists are not empty");
    }
    check(segments == heap.segments && in_dirty_lists == segments,
          "every segment is in the lists of its longest runs");
    check(dirty == heap.dirty_bytes, "dirty bytes = 64 KiB * sum of dirty units");
    check(dirty + min_size(heap.shares, heap.limit) <= heap.limit,
          "dirty bytes <= cache limit - sum of the threads' shares");
    check(cache_validate(), "bytes = sum over classes of count * size <= the thread's share");
    for (unsigned class = 0; class < CLASS_SMALL; class ++) {
        list_each_safe (link, after, &heap.slabs[class]) {
            struct slab *slab = list_item(link, struct slab, link);
            check(slab->is_slab && slab->class == class &&
                      slab->live < CHUNK_UNIT / class_size(class),
                  "a slab is in its class's list exactly where live < chunks that fit");
        }
    }
    heap_unlock();
}
