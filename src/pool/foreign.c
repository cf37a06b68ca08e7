/*
 * pool/foreign.c - foreign blocks, whose memory is somebody else's: adopted or private.
 *
 * Each has a node, which a ledger finds by the address of the block. The pool counts them among its
 * blocks, and its limits count their size.
 *
 * Code of users, a free function or an allocator, runs before the first change of a call or after
 * the last.
 */
#include "pool/pool.h"

#include <string.h>

static bool is_private(const struct foreign *foreign)
{
    return entry_kind(&foreign->node.entry) == KIND_BLOCK;
}

/* The ledger that has foreign blocks of a kind. */
static struct ledger *ledger_of(struct part *part, enum kind kind)
{
    return kind == KIND_BLOCK ? &private_memory(pool_home(part))->blocks : &part->ledger;
}

struct counts foreign_counts(const own_pool *pool)
{
    struct counts counts = ledger_counts(&pool->part.ledger);
    if (pool_flags(pool) & POOL_PRIVATE) {
        const struct counts blocks = ledger_counts(&private_memory(pool)->blocks);
        counts.foreign += blocks.foreign;
        counts.foreign_bytes += blocks.foreign_bytes;
    }
    return counts;
}

static struct foreign *find_kind(own_pool *pool, enum kind kind, const void *block)
{
    struct ledger *ledger = ledger_of(&pool->part, kind);
    struct node *node = ledger_find(ledger, part_account(&pool->part), kind, block, NULL);
    return node ? node_foreign(node) : NULL;
}

struct foreign *foreign_find(own_pool *pool, const void *block)
{
    unsigned flags = pool_flags(pool);
    if (!(flags & POOL_FOREIGN))
        return NULL;
    struct foreign *foreign = flags & POOL_PRIVATE ? find_kind(pool, KIND_BLOCK, block) : NULL;
    return foreign ? foreign : find_kind(pool, KIND_ADOPTED, block);
}

/* Whether the foreign blocks may have so many bytes more. */
static bool can_count(const own_pool *pool, size_t size)
{
    return size <= PTRDIFF_MAX - foreign_counts(pool).foreign_bytes;
}

bool foreign_add(own_pool *pool, enum kind kind, void *memory, size_t size, void (*free_fn)(void *))
{
    struct part *part = &pool->part;
    struct account *account = part_account(part);
    if (OWN_UNLIKELY(!can_count(pool, size))) {
        errno = EOVERFLOW;
        return false;
    }
    struct foreign *foreign = foreign_node_get(account);
    if (!foreign)
        return false;
    if (!limit_add(account->limit, size)) {
        foreign_node_put(account, foreign);
        return false;
    }
    foreign->size = size;
    node_fill(&foreign->node, kind, memory, free_fn);
    ledger_add(ledger_of(part, kind), account, &foreign->node, part, part_time(part));
    pool_set_flags(pool, POOL_FOREIGN);
    part_count_foreign(part, size, true);
    return true;
}

void foreign_remove(struct part *part, struct foreign *foreign)
{
    struct account *account = part_account(part);
    struct ledger *ledger = ledger_of(part, entry_kind(&foreign->node.entry));
    part_leaves(part, &foreign->node.entry, ledger->newest);
    ledger_remove(ledger, account, &foreign->node);
    part_count_foreign(part, foreign->size, false);
    limit_subtract(account->limit, foreign->size);
    foreign_node_put(account, foreign);
    part_debug_step(part);
}

struct released foreign_take(own_pool *pool, struct foreign *foreign)
{
    struct released released = {.memory = foreign->node.object, .free = foreign->node.call};
    if (is_private(foreign))
        released.allocator = private_memory(pool)->allocator;
    foreign_remove(&pool->part, foreign);
    return released;
}

void foreign_give_back(const struct released *released)
{
    int saved = errno;
    if (released->free)
        released->free(released->memory);
    else
        released->allocator.free(released->allocator.ctx, released->memory);
    errno = saved;
}

static bool has_any(const own_pool *pool)
{
    return OWN_UNLIKELY(pool_flags(pool) & POOL_FOREIGN);
}

bool foreign_has(own_pool *pool, const void *block)
{
    if (!has_any(pool))
        return false;
    pool_enter_part(&pool->part);
    bool found = foreign_find(pool, block);
    pool_leave(&pool->part);
    return found;
}

int foreign_free_block(own_pool *pool, void *block)
{
    struct released released = {.memory = NULL};
    if (!has_any(pool))
        return fail_with(EINVAL);
    pool_enter_part(&pool->part);
    struct foreign *foreign = foreign_find(pool, block);
    if (foreign)
        released = foreign_take(pool, foreign);
    pool_leave(&pool->part);
    if (!foreign)
        return fail_with(EINVAL);
    foreign_give_back(&released);
    return 0;
}

/* Whether there is such a block, and its size. */
static bool find_size(own_pool *pool, const void *block, size_t *size)
{
    if (!has_any(pool))
        return false;
    pool_enter_part(&pool->part);
    const struct foreign *foreign = foreign_find(pool, block);
    *size = foreign ? foreign->size : 0;
    pool_leave(&pool->part);
    return foreign;
}

size_t foreign_size(own_pool *pool, const void *block)
{
    size_t size = 0;
    if (!find_size(pool, block, &size))
        errno = EINVAL;
    return size;
}

void *foreign_realloc(own_pool *pool, void *block, size_t count, size_t size)
{
    size_t old_size;
    size_t now;
    size_t bytes;
    if (!find_size(pool, block, &old_size))
        return fail_pointer(EINVAL);
    if (multiply_overflows(count, size, &bytes))
        return fail_pointer(EOVERFLOW);
    if (bytes == old_size)
        return block;
    size_t kept = min_size(old_size, bytes);
    void *fresh = own_alloc_raw(pool, 1, bytes);
    if (!fresh)
        return NULL;
    if (OWN_UNLIKELY(!find_size(pool, block, &now) || now != old_size)) {
        own_free(pool, fresh); /* the allocator has freed the block meanwhile */
        return fail_pointer(EINVAL);
    }
    memcpy(fresh, block, kept);
    memset((char *)fresh + kept, 0, bytes - kept);
    own_free(pool, block);
    return fresh;
}

/* Whether memory lies where the pool's own blocks do, or is one of these. */
static bool is_in_pool(own_pool *pool, const void *memory)
{
    struct parts *parts = pool_parts(pool);
    if ((uintptr_t)memory - (uintptr_t)pool < sizeof(*pool))
        return true;
    return parts ? parts_covers(parts, memory) : memory_covers(&pool->part.memory, memory);
}

int own_adopt(own_pool *pool, void *memory, size_t size, void (*free_fn)(void *memory))
{
    if (!memory || !free_fn || size > PTRDIFF_MAX || !pool_check(pool, "own_adopt") ||
        is_in_pool(pool, memory))
        return fail_with(EINVAL);
    int result = -1;
    pool_enter_part(&pool->part);
    if (foreign_find(pool, memory))
        errno = EINVAL;
    else if (foreign_add(pool, KIND_ADOPTED, memory, size, free_fn))
        result = 0;
    part_debug_step(&pool->part);
    pool_leave(&pool->part);
    return result;
}

int own_disown(own_pool *pool, void *memory)
{
    if (!memory || !pool_check(pool, "own_disown"))
        return fail_with(EINVAL);
    pool_enter_part(&pool->part);
    struct foreign *foreign = foreign_find(pool, memory);
    bool adopted = foreign && !is_private(foreign);
    if (adopted)
        foreign_remove(&pool->part, foreign);
    pool_leave(&pool->part);
    return adopted ? 0 : fail_with(EINVAL);
}
