/*
 * random.h - numbers by chance, for SPOP, SRANDMEMBER and RANDOMKEY.
 */
#ifndef RESPD_RANDOM_H
#define RESPD_RANDOM_H

#include <stddef.h>

/* A number from 0 to bound - 1; bound is not 0. Nobody should guard a secret with it. */
size_t random_below(size_t bound);

#endif
