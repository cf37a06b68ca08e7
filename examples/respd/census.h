/*
 * census.h - every pool of respd is counted, from its birth to its death.
 *
 * That is how the server knows at its exit that nothing is left, values that only a reply held
 * included: those are roots, and no walk from the server's pool would find them.
 */
#ifndef RESPD_CENSUS_H
#define RESPD_CENSUS_H

#include <own.h>

#define CENSUS_THREADS 64

/* Says which thread this is, of CENSUS_THREADS; one that does not is the first, 0. */
void census_begin(unsigned thread);

/*
 * own_pool_create, counted. With an owner the pool is confined and the result is borrowed; without
 * one the result is a new reference.
 *
 * name     borrowed; must live as long as the pool.
 * reserve  bytes of blocks that the pool is expected to need.
 * limit    bytes of the pool and all below; 0: none.
 */
OWN_MUST_USE own_pool *census_pool(own_pool *owner, const char *name, size_t reserve, size_t limit);

/* Over all threads. Exact where nobody makes or drops pools meanwhile. */
size_t census_born(void);
size_t census_alive(void);

#endif
