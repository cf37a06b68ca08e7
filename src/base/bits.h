/*
 * base/bits.h - words of bits that one thread changes and others may read. Each is changed by one
 * store.
 */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t bit_of(size_t index)
{
    return UINT64_C(1) << (index & 63);
}

static inline uint64_t word_load(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline void word_set(uint64_t *word, uint64_t mask)
{
    __atomic_store_n(word, word_load(word) | mask, __ATOMIC_RELAXED);
}

static inline void word_clear(uint64_t *word, uint64_t mask)
{
    __atomic_store_n(word, word_load(word) & ~mask, __ATOMIC_RELEASE);
}

#endif
