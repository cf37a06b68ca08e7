/*
 * siphash.c - SipHash-1-3 (Aumasson and Bernstein), keyed once for the process.
 */
#include "siphash.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static uint64_t siphash_key[2];

void siphash_seed(void)
{
    if (getrandom(siphash_key, sizeof siphash_key, GRND_NONBLOCK) != sizeof siphash_key) {
        siphash_key[0] = (uint64_t)time(NULL);
        siphash_key[1] = (uint64_t)getpid();
    }
}

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void siphash_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

uint32_t siphash(const char *bytes, size_t length)
{
    uint64_t v[4] = {
        siphash_key[0] ^ 0x736f6d6570736575u,
        siphash_key[1] ^ 0x646f72616e646f6du,
        siphash_key[0] ^ 0x6c7967656e657261u,
        siphash_key[1] ^ 0x7465646279746573u,
    };
    uint64_t word;
    size_t left = length;
    for (; left >= 8; left -= 8, bytes += 8) {
        memcpy(&word, bytes, 8);
        v[3] ^= word;
        siphash_round(v);
        v[0] ^= word;
    }
    word = (uint64_t)length << 56;
    for (size_t i = 0; i < left; i++)
        word |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
    v[3] ^= word;
    siphash_round(v);
    v[0] ^= word;

    v[2] ^= 0xff;
    siphash_round(v);
    siphash_round(v);
    siphash_round(v);
    return (uint32_t)(v[0] ^ v[1] ^ v[2] ^ v[3]);
}
