/*
 * chunk/tally.c - numbers of segments, and sets of objects.
 *
 * A set is a bit for each tally, with two levels above in which a bit stands for a word that is not
 * 0, and a list of the segments that have any. So adding an object and taking one cost O(1), and
 * a set of objects is gone through in the order of memory.
 */
#include "base/bits.h"
#include "chunk/heap.h"

_Static_assert(sizeof(struct tallies) <= CHUNK_UNIT, "they fit the last unit");
_Static_assert(TALLY_COUNT * sizeof(uint32_t) == (SEGMENT_UNITS - 1 - TALLY_UNITS) * CHUNK_UNIT,
               "the tallies fill the units between");
_Static_assert(SET_UPPER <= 32, "top has a bit for each upper word");

/* Segments have numbers from 1 on, as many as fit a link beside the granule: 64 GiB of them. */
#define GRANULE_BITS 18
#define NUMBERS ((size_t)1 << (32 - GRANULE_BITS))

_Static_assert(SEGMENT_SIZE / GRANULE == (size_t)1 << GRANULE_BITS, "a link has room for it");

size_t tally_most = CHUNK_MAX;
static uintptr_t numbered[NUMBERS];
static size_t numbers;    /* those behind were never given */
static size_t lowest = 1; /* those before are given */
static struct tallies *first[SET_COUNT];

void tally_number(struct segment *segment)
{
    while (lowest < NUMBERS && numbered[lowest])
        lowest++;
    if (lowest == NUMBERS)
        return;
    size_t number = lowest++;
    segment->number = (uint32_t)number;
    __atomic_store_n(&numbered[number], (uintptr_t)segment, __ATOMIC_RELEASE);
    if (number >= numbers)
        __atomic_store_n(&numbers, number + 1, __ATOMIC_RELEASE);
}

void tally_unnumber(const struct segment *segment)
{
    if (!segment->number)
        return;
    __atomic_store_n(&numbered[segment->number], 0, __ATOMIC_RELEASE);
    lowest = min_size(lowest, segment->number);
}

bool tally_is_segment(uintptr_t segment)
{
    const struct segment *at = (const void *)segment;
    struct claim *claim = at ? chunk_claim_at(at) : NULL;
    return claim && !__atomic_load_n(&claim->owner, __ATOMIC_ACQUIRE) &&
           __atomic_load_n(&claim->value, __ATOMIC_RELAXED) == claim_of(at) && at->number;
}

uint32_t tally_link(const void *object)
{
    const struct segment *segment = segment_of(object);
    uintptr_t offset = (uintptr_t)object & (SEGMENT_SIZE - 1);
    return segment->number << GRANULE_BITS | (uint32_t)(offset / GRANULE);
}

void *tally_linked(uint32_t link)
{
    uintptr_t segment = __atomic_load_n(&numbered[link >> GRANULE_BITS], __ATOMIC_RELAXED);
    return (void *)(segment + (link & ((1U << GRANULE_BITS) - 1)) * GRANULE);
}

static void add_word(struct tallies *tallies, enum set set, size_t word)
{
    struct tally_set *of = &tallies->sets[set];
    if (!of->top) {
        of->next = first[set];
        first[set] = tallies;
    }
    of->upper[word / 64] |= bit_of(word);
    of->top |= UINT32_C(1) << word / 64;
}

void tally_add(enum set set, const void *object)
{
    struct tallies *tallies = tallies_of(tally_segment(object));
    size_t tally = tally_index(object);
    uint64_t *word = &tallies->sets[set].words[tally / 64];
    if (!*word)
        add_word(tallies, set, tally / 64);
    *word |= bit_of(tally);
}

void *tally_take(enum set set)
{
    struct tallies *tallies = first[set];
    if (!tallies)
        return NULL;
    struct tally_set *of = &tallies->sets[set];
    size_t upper = (size_t)__builtin_ctz(of->top);
    size_t word = upper * 64 + (size_t)__builtin_ctzll(of->upper[upper]);
    size_t tally = word * 64 + (size_t)__builtin_ctzll(of->words[word]);
    of->words[word] &= of->words[word] - 1;
    if (!of->words[word])
        of->upper[upper] &= of->upper[upper] - 1;
    if (!of->upper[upper])
        of->top &= of->top - 1;
    if (!of->top)
        first[set] = of->next;
    uintptr_t segment = tally_segment(tallies);
    return tally_object(segment, tally, tally_first(segment)[tally]);
}

struct tallies *tally_first_segment(enum set set)
{
    return first[set];
}

void tally_forget(enum set set)
{
    for (struct tallies *tallies = first[set]; tallies; tallies = tallies->sets[set].next) {
        struct tally_set *of = &tallies->sets[set];
        for (size_t upper = 0; upper < SET_UPPER; upper++) {
            for (; of->upper[upper]; of->upper[upper] &= of->upper[upper] - 1)
                of->words[upper * 64 + (size_t)__builtin_ctzll(of->upper[upper])] = 0;
        }
        of->top = 0;
    }
    first[set] = NULL;
}

static void add_tracked_of(uintptr_t segment, enum set set, size_t unit)
{
    const size_t words = CHUNK_UNIT / TALLY_BYTES / 64;
    struct tallies *tallies = tallies_of(segment);
    const uint32_t *tally = tally_first(segment) + unit * words * 64;
    bool any = false;
    for (size_t word = unit * words; word < (unit + 1) * words; word++, tally += 64) {
        uint64_t bits = 0;
        for (unsigned i = 0; i < 64; i++)
            bits |= (uint64_t)(tally[i] != 0) << i;
        if (!bits)
            continue;
        any = true;
        if (!tallies->sets[set].words[word])
            add_word(tallies, set, word);
        tallies->sets[set].words[word] |= bits;
    }
    if (!any)
        tallies->tracks[unit] = 0;
}

void tally_add_tracked(enum set set)
{
    size_t end = __atomic_load_n(&numbers, __ATOMIC_ACQUIRE);
    for (size_t number = 1; number < end; number++) {
        uintptr_t segment = __atomic_load_n(&numbered[number], __ATOMIC_ACQUIRE);
        for (size_t unit = 1; segment && unit < TALLY_UNITS; unit++) {
            if (tallies_of(segment)->tracks[unit])
                add_tracked_of(segment, set, unit);
        }
    }
}

/* The labelled chunks of a unit, which is a slab, or begins a chunk that is larger. */
static void each_labelled_of(struct segment *segment, unsigned unit,
                             void (*visit)(void *chunk, void *arg), void *arg)
{
    char *at = (char *)segment + unit * CHUNK_UNIT;
    const struct slab *slab = &segment->slabs[unit];
    size_t size = slab->is_slab ? class_size(slab->class) : CHUNK_UNIT;
    for (size_t word = 0; word < LABEL_WORDS; word++) {
        uint64_t labels = __atomic_load_n(&segment->labels[unit][word], __ATOMIC_ACQUIRE);
        for (; labels; labels &= labels - 1) {
            size_t index = word * 64 + (size_t)__builtin_ctzll(labels);
            visit(at + (index * LABEL_BYTES + size - 1) / size * size, arg);
        }
    }
}

void tally_each_labelled(void (*visit)(void *chunk, void *arg), void *arg)
{
    size_t end = __atomic_load_n(&numbers, __ATOMIC_ACQUIRE);
    for (size_t number = 1; number < end; number++) {
        uintptr_t segment = __atomic_load_n(&numbered[number], __ATOMIC_ACQUIRE);
        for (unsigned unit = 1; segment && unit < TALLY_UNITS; unit++)
            each_labelled_of((struct segment *)segment, unit, visit, arg);
    }
}

void tally_each_tracked(int (*visit)(void *object, void *arg), void *arg, int *ended)
{
    const size_t count = CHUNK_UNIT / TALLY_BYTES;
    size_t end = __atomic_load_n(&numbers, __ATOMIC_ACQUIRE);
    for (size_t number = 1; number < end; number++) {
        uintptr_t segment = __atomic_load_n(&numbered[number], __ATOMIC_ACQUIRE);
        for (size_t unit = 1; segment && unit < TALLY_UNITS; unit++) {
            if (!__atomic_load_n(&tallies_of(segment)->tracks[unit], __ATOMIC_RELAXED))
                continue;
            const uint32_t *tally = tally_first(segment);
            for (size_t i = unit * count; i < (unit + 1) * count && !*ended; i++) {
                if (tally[i] & TALLY_LIVE)
                    *ended = visit(tally_object(segment, i, tally[i]), arg);
            }
        }
    }
}
