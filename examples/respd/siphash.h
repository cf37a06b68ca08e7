/*
 * siphash.h - the hash function of the tables.
 */
#ifndef RESPD_SIPHASH_H
#define RESPD_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/* Picks the secret key of this process, so that no client can choose keys that collide. */
void siphash_seed(void);

/* SipHash-1-3 of some bytes, its lower half. */
uint32_t siphash(const char *bytes, size_t length);

#endif
