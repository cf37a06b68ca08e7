/*
 * talloc/limit.h - talloc_set_memlimit: what counts, and where.
 *
 * The numbers are those of libtalloc, so that limits need not be set anew: a chunk costs its size
 * and COST_HEADER, whatever it takes here. Memory of a talloc_pool costs nothing more.
 */
#ifndef TALLOC_LIMIT_H
#define TALLOC_LIMIT_H

#include "chunk.h"

#pragma GCC visibility push(hidden)

#define COST_HEADER ((size_t)96)
#define COST_POOL ((size_t)32)

/* Whether parent and all above it have room for so many bytes. */
bool talloc_limit_has_room(const struct chunk *parent, size_t bytes);

/* Counts bytes in a chunk and all above it; or no longer. */
void talloc_limit_add(struct chunk *chunk, size_t bytes);
void talloc_limit_subtract(struct chunk *chunk, size_t bytes);

/* What a chunk costs. */
size_t talloc_limit_cost(const struct chunk *chunk);

/* The chunk is about to leave its parent, or has come to it, with all below it. */
void talloc_limit_leave(struct chunk *chunk);
void talloc_limit_enter(struct chunk *chunk);

#pragma GCC visibility pop

#endif
