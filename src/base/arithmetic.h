/*
 * base/arithmetic.h - arithmetic of sizes that detects overflow.
 */
#ifndef BASE_ARITHMETIC_H
#define BASE_ARITHMETIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if count * size does not fit; then *product must not be used. */
static inline bool multiply_overflows(size_t count, size_t size, size_t *product)
{
    return __builtin_mul_overflow(count, size, product);
}

static inline bool add_overflows(size_t a, size_t b, size_t *sum)
{
    return __builtin_add_overflow(a, b, sum);
}

static inline bool is_power_of_two(size_t n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

/* The smallest multiple of `power`, a power of two, that is not below n. The caller ensures that it
   fits. */
static inline size_t round_up(size_t n, size_t power)
{
    return (n + power - 1) & ~(power - 1);
}

/* The position of the highest bit of n, which is not 0. */
static inline unsigned log2_floor(uint64_t n)
{
    return 63U - (unsigned)__builtin_clzll(n);
}

static inline size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

#endif
