/*
 * site/chance.c - the interval, and when a sample is due.
 *
 * The library is not linked with libm, so the two functions that are needed are here.
 */
#include "site/sample.h"

#include <string.h>
#include <time.h>

#define MOST ((size_t)1 << (sizeof(size_t) * 8 - 4))

size_t site_interval_now;
uint16_t site_generation_now = 1;

__thread struct countdown site_countdown;

void site_set_interval(size_t bytes)
{
    bytes = min_size(bytes, MOST);
    if (bytes)
        (void)site_prepare();
    if (__atomic_exchange_n(&site_interval_now, bytes, __ATOMIC_RELAXED) == bytes)
        return;
    if (!__atomic_add_fetch(&site_generation_now, 1, __ATOMIC_SEQ_CST))
        __atomic_add_fetch(&site_generation_now, 1, __ATOMIC_SEQ_CST);
}

static uint64_t first_random(void)
{
    static uint64_t threads;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t number = __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);
    return (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 30 ^ number << 44;
}

/* SplitMix64 (Steele, Lea and Flood, 2014). */
static uint64_t next_random(void)
{
    if (OWN_UNLIKELY(!site_countdown.random))
        site_countdown.random = first_random();
    uint64_t mixed = site_countdown.random += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ mixed >> 31;
}

/* Above 0, below 1. */
static double uniform(void)
{
    return ((double)(next_random() >> 12) + 0.5) / (double)(UINT64_C(1) << 52);
}

/* The natural logarithm of a number above 0: 2^k m, where m is near 1. Off by less than 1e-10. */
static double logarithm(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    const uint64_t sqrt_half = UINT64_C(0x3fe6a09e667f3bcd);
    int64_t exponent = (int64_t)(bits - sqrt_half) >> 52;
    bits -= (uint64_t)exponent << 52;
    double m;
    memcpy(&m, &bits, sizeof(m));
    double s = (m - 1) / (m + 1); /* at most 0.172 */
    double square = s * s;
    double sum = 1.0 / 9 + square * (1.0 / 11);
    sum = 1.0 / 3 + square * (1.0 / 5 + square * (1.0 / 7 + square * sum));
    return (double)exponent * 0.69314718055994531 + 2 * s * (1 + square * sum);
}

/* 1 - exp(-x), for x of at least 0. */
static double chance(double x)
{
    if (x > 40)
        return 1;
    int halved = 0;
    for (; x > 0.125; x /= 2)
        halved++;
    double sum = 0;
    for (int i = x < 1.0 / 512 ? 4 : 10; i > 0; i--)
        sum = (1 - sum) * x / i;
    for (; halved > 0; halved--) /* 1 - (1 - c)^2 */
        sum *= 2 - sum;
    return sum;
}

static int64_t draw(size_t interval)
{
    return (int64_t)(-logarithm(uniform()) * (double)interval);
}

static inline size_t begin(void)
{
    size_t interval = site_interval();
    if (OWN_UNLIKELY(site_countdown.interval != interval)) {
        site_countdown.interval = interval;
        site_countdown.left = interval ? draw(interval) : 0;
    }
    return interval;
}

bool site_strikes(size_t bytes)
{
    size_t interval = begin();
    if (!interval)
        return false;
    if (OWN_LIKELY((size_t)site_countdown.left >= bytes)) {
        site_countdown.left -= (int64_t)bytes;
        return false;
    }
    site_countdown.left = draw(interval);
    return true;
}

void site_take_back(size_t bytes)
{
    site_countdown.left += (int64_t)bytes;
}

size_t site_bytes_left(void)
{
    return (size_t)draw(site_interval());
}

int32_t site_blocks_left(size_t bytes)
{
    int64_t blocks = draw(site_interval()) / (int64_t)bytes;
    return blocks < INT32_MAX ? (int32_t)blocks : INT32_MAX;
}

size_t site_room(size_t bytes)
{
    size_t interval = begin();
    size_t left = (size_t)site_countdown.left;
    if (!interval)
        return SITE_NONE;
    if (OWN_LIKELY(left >= bytes)) {
        site_countdown.left -= (int64_t)bytes;
        return SITE_NONE;
    }
    site_countdown.left = draw(interval);
    return left;
}

/* Where that is large, it is the beginning of a series whose next part is below x^3 / 720. */
double site_weight(size_t bytes, size_t interval)
{
    double x = (double)bytes / (double)interval;
    if (OWN_LIKELY(x < 1.0 / 64))
        return (double)interval / (double)bytes + 0.5 + x / 12;
    return 1 / chance(x);
}

void site_seed(uint64_t seed)
{
    site_countdown = (struct countdown){.random = seed};
}
