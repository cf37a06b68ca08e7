/*
 * report/look.c - what is seen of a pool, and of a reference that a pool holds.
 */
#include "buffer/buffer.h"
#include "list/list.h"
#include "object/weakref.h"
#include "report/report.h"

/* The name of a pool of another thread may be freed by that thread, if it was a copy. */
const char *look_at_name(const own_pool *pool, bool apart)
{
    const char *name = pool_name(pool);
    const struct side *side = apart ? pool_side(pool) : NULL;
    return side && __atomic_load_n(&side->name, __ATOMIC_RELAXED) ? "pool" : name;
}

/* But for the walk's. */
static size_t references_of(const struct walked *walked)
{
    size_t references = own_refcount(walked->object);
    return references == SIZE_MAX ? SIZE_MAX : references - walked->kept;
}

static size_t own_limit(const own_pool *pool)
{
    const struct limit *limit = pool_limit(pool);
    size_t bytes = limit_is_of(limit, pool) ? limit_bytes(limit) : 0;
    return bytes <= PTRDIFF_MAX ? bytes : 0;
}

void look_at_pool(const struct walked *walked, struct pool_seen *seen)
{
    own_pool *pool = as_pool(walked->object);
    *seen = (struct pool_seen){
        .pool = pool,
        .parent = walked->owner,
        .name = look_at_name(pool, walked->apart),
        .site = pool_site(pool),
        .shared = own_is_shared(pool),
        .apart = walked->apart,
        .child = walked->owner || tree_locked_parent(pool),
        .references = references_of(walked),
        .usage = {.pools = 1},
    };
    if (walked->apart) {
        seen->usage.reserved = account_reserved(pool_account(pool));
    } else {
        seen->limit = own_limit(pool);
        own_pool_usage(pool, &seen->usage);
    }
}

/* What an object has itself. */
static size_t size_of(const own_object *object)
{
    if (object->type == own_buffer_type())
        return own_buffer_size((const own_buffer *)object);
    if (object->type == own_list_type())
        return sizeof(own_list) + own_list_size((const own_list *)object) * sizeof(own_object *);
    return object_state(object) & STATE_SIZED ? object_sized(object)->size : object->type->size;
}

/* Its address; NULL: it has gone. */
static const own_object *target_of(const own_weakref *ref)
{
    uintptr_t target = weakref_target(ref);
    bool gone = target & (WEAKREF_CLEARED | WEAKREF_SETTLED);
    return gone ? NULL : (const own_object *)(target & ~WEAKREF_MARKS);
}

void look_at_hold(const struct walked *walked, struct hold_seen *seen)
{
    const own_object *object = walked->object;
    bool apart = own_is_shared(object) && object_is_pool(object) && !pool_parts(as_pool(object));
    *seen = (struct hold_seen){
        .pool = walked->owner,
        .object = object,
        .type = object->type->name ? object->type->name : "object",
        .references = references_of(walked),
    };
    if (object_is_pool(object)) {
        seen->name = look_at_name(as_pool(object), apart);
        return;
    }
    seen->size = size_of(object);
    seen->weak = object->type == &weakref_type;
    if (seen->weak)
        seen->target = target_of((const own_weakref *)(const void *)object);
}
