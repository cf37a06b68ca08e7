/*
 * model/choices.h - where the driver's choices come from: a seed, or bytes that somebody gives.
 *
 * Each top-level call of a world has a slice of bytes of its own, so that a slice can be taken out
 * without that the others mean something else. A slice that has ended gives zeroes.
 */
#ifndef MODEL_CHOICES_H
#define MODEL_CHOICES_H

#include <stddef.h>
#include <stdint.h>

struct slice {
    const uint8_t *bytes; /* NULL: they are made from the seed */
    uint64_t seed;
    size_t length; /* in bytes; SIZE_MAX: it has no end */
};

struct choices {
    struct slice slice;
    size_t at; /* how many bytes were taken */
    uint64_t state, word;
};

static inline uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

static inline void choices_begin(struct choices *choices, const struct slice *slice)
{
    *choices = (struct choices){.slice = *slice, .state = slice->seed};
}

static inline unsigned choose_byte(struct choices *choices)
{
    size_t at = choices->at++;

    if (at >= choices->slice.length)
        return 0;
    if (choices->slice.bytes)
        return choices->slice.bytes[at];
    if (at % 8 == 0)
        choices->word = mix(choices->state++);
    return (unsigned)(choices->word >> (at % 8 * 8)) & 0xff;
}

/* Below a bound of 1 to 256. */
static inline int choose(struct choices *choices, int bound)
{
    return (int)(choose_byte(choices) * (unsigned)bound >> 8);
}

#endif
