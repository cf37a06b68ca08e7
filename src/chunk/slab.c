/*
 * chunk/slab.c - a unit cut into chunks of one small class.
 */
#include "chunk/heap.h"

static unsigned slab_capacity(unsigned class)
{
    return (unsigned)(CHUNK_UNIT / class_size(class));
}

static char *slab_start(struct slab *slab)
{
    struct segment *segment = segment_of(slab);
    return (char *)segment + (size_t)(slab - segment->slabs) * CHUNK_UNIT;
}

static struct slab *slab_new(unsigned class)
{
    char *unit = units_get(1);
    if (!unit)
        return NULL;
    struct slab *slab = &segment_of(unit)->slabs[unit_of(unit)];
    *slab = (struct slab){.class = (uint8_t) class, .is_slab = true};
    list_add_first(&heap.slabs[class], &slab->link);
    return slab;
}

/* One chunk of a slab that has one: those put back first, they have memory behind them. */
static struct free_chunk *slab_take(struct slab *slab)
{
    struct free_chunk *chunk = slab->free;
    if (chunk) {
        slab->free = chunk->next;
    } else {
        chunk = (void *)(slab_start(slab) + slab->carved * class_size(slab->class));
        slab->carved++;
        mark_defined(chunk, sizeof(*chunk));
    }
    slab->live++;
    if (slab->live == slab_capacity(slab->class))
        list_remove(&slab->link);
    return chunk;
}

struct free_chunk *slab_get(unsigned class, unsigned count, unsigned *got)
{
    struct free_chunk *first = NULL;
    struct free_chunk **end = &first;
    unsigned n = 0;
    while (n < count) {
        struct list *list = &heap.slabs[class];
        struct slab *slab;
        if (!list_is_empty(list))
            slab = list_item(list->next, struct slab, link);
        else if (n == 0)
            slab = slab_new(class);
        else
            break; /* enough for now: fresh memory is cut only for a request that has nothing */
        if (!slab)
            break;
        *end = slab_take(slab);
        end = &(*end)->next;
        n++;
    }
    *end = NULL;
    *got = n;
    return first;
}

void slab_put(struct free_chunk *chunk)
{
    struct slab *slab = &segment_of(chunk)->slabs[unit_of(chunk)];
    unsigned class = slab->class;
    if (slab->live == slab_capacity(class))
        list_add_first(&heap.slabs[class], &slab->link);
    chunk->next = slab->free;
    slab->free = chunk;
    slab->live--;
    if (slab->live == 0) {
        list_remove(&slab->link);
        slab->is_slab = false;
        units_put(slab_start(slab), 1);
    }
}
