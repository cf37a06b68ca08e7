/*
 * part/blocks.c - the blocks of a shared owner.
 *
 * The calling thread is inside of the memory of its own part, and outside of all others. Large
 * blocks are under the lock of the guard of their part.
 */
#include "extent/free.h"
#include "large/large.h"
#include "part/part.h"

#include <errno.h>

static void *alloc_large(struct part *mine, size_t alignment, size_t bytes, bool zero)
{
    struct guard *guard = part_guard(mine);
    const struct larges of = part_larges(mine);
    if (bytes > PTRDIFF_MAX)
        return fail_pointer(ENOMEM);
    size_t granules = granules_of(bytes);
    bool had_stock = has_stock(&mine->memory);
    if (!stock_make(&mine->memory)) /* as for an owner that one thread uses */
        return NULL;
    lock_take(&guard->lock);
    struct large *large = large_get(&of, granules << GRANULE_SHIFT, alignment);
    if (large) {
        guard->blocks++;
        guard->bytes += large->size;
    }
    lock_release(&guard->lock);
    if (!large) {
        stock_drop(&mine->memory, had_stock);
        return NULL;
    }
    if (!zero)
        zero_last_granule(large->block, granules);
    else if (!large_is_zero(&of, large))
        memset(large->block, 0, large->size);
    return large->block;
}

/* To be called before the memory looks for free blocks. */
static inline void gather(struct part *mine)
{
    if (OWN_UNLIKELY(outside_waits(mine->memory.outside)))
        outside_gather(&mine->memory);
}

void *parts_alloc(struct parts *parts, size_t bytes, bool zero)
{
    struct part *mine = part_mine(parts->first);
    if (OWN_UNLIKELY(!mine))
        return NULL;
    if (OWN_UNLIKELY(bytes > LARGE_OVER))
        return alloc_large(mine, GRANULE, bytes, zero);
    gather(mine);
    return memory_alloc(&mine->memory, bytes, zero);
}

void *parts_alloc_aligned(struct parts *parts, size_t alignment, size_t bytes)
{
    size_t most;
    struct part *mine = part_mine(parts->first);
    if (OWN_UNLIKELY(!mine))
        return NULL;
    if (add_overflows(bytes, alignment, &most))
        return fail_pointer(ENOMEM);
    if (most > LARGE_OVER)
        return alloc_large(mine, alignment, bytes, true);
    gather(mine);
    return memory_alloc_aligned(&mine->memory, alignment, bytes);
}

/* The answer of the unit map for an address. */
struct found {
    struct part *part;   /* where it may be that of a block; NULL: nowhere */
    claim_value claimed; /* the value of the claim; 0: the unit is not claimed */
};

/* The part that has claimed the unit of an address; the first part if nobody has. */
static struct found find_part(const struct parts *parts, const void *address)
{
    struct found found = {.part = parts->first};
    struct claim *claim = chunk_claim_at(address);
    const void *owner = claim ? __atomic_load_n(&claim->owner, __ATOMIC_ACQUIRE) : NULL;
    if (!owner)
        return found;
    found.claimed = __atomic_load_n(&claim->value, __ATOMIC_RELAXED);
    claim_value tag = found.claimed >> CLAIM_TAG_SHIFT;
    if (tag)
        found.part = parts_at(parts, (uint32_t)(tag - 1));
    if (!found.part || owner != &found.part->memory)
        found.part = NULL; /* of another owner, who has the unit to itself */
    return found;
}

struct part *parts_of_large(const struct parts *parts, const void *block)
{
    const struct found found = find_part(parts, block);
    return found.claimed & CLAIM_LARGE ? found.part : NULL;
}

/* The thread in the memory may give a unit up meanwhile, so that owner and value of a claim would
   not be of the same; a unit that is looked at stays what it was. */
struct large *part_find_large(const struct part *part, const void *block)
{
    outside_enter(part->memory.outside);
    claim_value claimed = chunk_claimed_by(block, &part->memory);
    outside_leave(part->memory.outside);
    struct large *large = claimed & CLAIM_LARGE ? claim_address(claimed) : NULL;
    return large && large->block == block ? large : NULL;
}

static bool free_large(struct part *part, const void *block)
{
    struct guard *guard = part_guard(part);
    const struct larges of = part_larges(part);
    lock_take(&guard->lock);
    struct large *large = part_find_large(part, block);
    if (large) {
        guard->peak = max_size(guard->peak, guard->bytes);
        guard->blocks--;
        guard->bytes -= large->size;
        large_put(&of, large);
    }
    lock_release(&guard->lock);
    return large;
}

/* Finds a live block in the thread's own part. */
static bool find_mine(struct part *mine, const void *block, struct place *place)
{
    return memory_find(&mine->memory, block, place) &&
           !outside_has_freed(mine->memory.outside, place, block);
}

/* Frees a block in another part, or returns its size. 0: no live block begins at that address. */
static size_t visit(const struct found *found, const void *block, bool frees)
{
    struct outside *outside = found->part->memory.outside;
    outside_enter(outside);
    /* Looked up again: what is claimed now is not put back while this thread is a visitor. */
    struct claim *claim = chunk_claim_at(block);
    const void *owner = claim ? __atomic_load_n(&claim->owner, __ATOMIC_SEQ_CST) : NULL;
    struct seen seen = {.memory = &found->part->memory, .outside = outside};
    if (owner == &found->part->memory)
        seen.claimed = __atomic_load_n(&claim->value, __ATOMIC_RELAXED);
    size_t result = 0;
    if (!found->claimed == !seen.claimed && !(seen.claimed & CLAIM_LARGE))
        result = frees ? outside_free(&seen, block) : outside_size(&seen, block);
    outside_leave(outside);
    return result;
}

bool parts_free_block(struct parts *parts, void *block)
{
    struct part *mine = parts_mine(parts);
    struct place place;
    const struct found found = find_part(parts, block);
    if (OWN_UNLIKELY(!found.part))
        return false;
    if (OWN_UNLIKELY(found.claimed & CLAIM_LARGE))
        return free_large(found.part, block);
    if (OWN_UNLIKELY(found.part != mine))
        return visit(&found, block, true);
    if (!find_mine(mine, block, &place))
        return false;
    memory_free(&mine->memory, &place, block);
    return true;
}

static size_t large_size(const struct part *part, const void *block)
{
    lock_take(&part_guard(part)->lock);
    const struct large *large = part_find_large(part, block);
    size_t size = large ? large->size : 0;
    lock_release(&part_guard(part)->lock);
    return size;
}

size_t parts_size(struct parts *parts, const void *block)
{
    struct place place;
    const struct found found = find_part(parts, block);
    if (!found.part)
        return 0;
    if (found.claimed & CLAIM_LARGE)
        return large_size(found.part, block);
    if (found.part != parts_mine(parts))
        return visit(&found, block, false);
    return find_mine(found.part, block, &place) ? memory_size(&found.part->memory, &place) : 0;
}

bool parts_covers(struct parts *parts, const void *address)
{
    const struct found found = find_part(parts, address);
    if (!found.part)
        return false;
    return found.claimed || outside_covers(found.part->memory.outside, address);
}

/* Resizes a large block without copying. NULL: it has to be copied if errno is 0, else ENOMEM or
   EDQUOT. */
static void *resize_large(struct part *part, void *block, size_t size, bool here, bool zero)
{
    struct guard *guard = part_guard(part);
    const struct larges of = part_larges(part);
    void *resized = NULL;
    lock_take(&guard->lock);
    struct large *large = part_find_large(part, block);
    size_t before = large ? large->size : 0;
    if (large)
        resized = here ? large_shrink_here(large, size) : large_resize(&of, large, size, zero);
    if (resized) {
        guard->peak = max_size(guard->peak, guard->bytes);
        guard->bytes += size - before;
    }
    lock_release(&guard->lock);
    return resized;
}

static void *copy(struct parts *parts, void *block, size_t old_size, size_t bytes, bool zero)
{
    void *fresh = parts_alloc(parts, bytes, false);
    if (!fresh)
        return NULL;
    size_t kept = min_size(old_size, bytes);
    memcpy(fresh, block, kept);
    if (zero)
        memset((char *)fresh + kept, 0, bytes - kept);
    (void)parts_free_block(parts, block);
    return fresh;
}

void *parts_resize(struct parts *parts, void *block, size_t bytes, bool zero, bool *is_block)
{
    struct place place;
    struct part *mine = parts_mine(parts);
    const struct found found = find_part(parts, block);
    size_t old_size = parts_size(parts, block);
    int saved = errno;
    *is_block = old_size;
    if (!old_size)
        return NULL;
    if (bytes > PTRDIFF_MAX)
        return fail_pointer(ENOMEM);
    size_t size = granules_of(bytes) << GRANULE_SHIFT;
    void *resized = NULL;
    if (found.claimed & CLAIM_LARGE) {
        errno = 0;
        if (size > LARGE_OVER)
            resized = resize_large(found.part, block, size, false, zero);
        if (!resized && errno && size > old_size)
            return NULL;
    } else if (found.part == mine && bytes <= LARGE_OVER && find_mine(mine, block, &place)) {
        gather(mine);
        if (find_mine(mine, block, &place))
            return memory_resize(&mine->memory, &place, block, bytes, zero);
    }
    if (!resized) {
        resized = copy(parts, block, old_size, bytes, zero);
        if (!resized && size < old_size && found.claimed & CLAIM_LARGE)
            resized = resize_large(found.part, block, size, true, zero);
    }
    if (resized) {
        zero_rounding(resized, bytes);
        errno = saved;
    }
    return resized;
}
