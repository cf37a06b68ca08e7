/*
 * holder.h - a memory (memory/memory.h) whose owner is no pool, but a chunk with nothing else in
 * it.
 */
#ifndef SHARED_HOLDER_H
#define SHARED_HOLDER_H

#include "extent/free.h"
#include "harness.h"
#include "memory/memory.h"
#include "page/page.h"

struct holder {
    uint64_t kept[2];
    struct memory memory;
    FIELD_ALIGNED(16) struct extent first;
};

/* A memory whose first chunk has so many bytes, and which has a limit, if that is not 0. Never
   NULL. */
struct memory *holder_make(size_t first, size_t limit);
void holder_end(struct memory *memory);

/* The equations hold, also those of which the owner is a part. */
void holder_validate(struct memory *memory);

/* memory_alloc, with the short ways that pools take first: in the header, and from a page. */
void *holder_alloc(struct memory *memory, size_t bytes);
/* The place of a live block, which is one. */
struct place holder_place(struct memory *memory, const void *block);
void holder_free(struct memory *memory, void *block);

#endif
