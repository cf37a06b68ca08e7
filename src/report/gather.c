/*
 * report/gather.c - all of a pool's tree, or of all roots, in arrays.
 *
 * Texts are copied, as what is seen in a tree that others use may be gone when it is written.
 */
#include "base/hash.h"
#include "report/report.h"

#include <string.h>

/* Names, one behind the other. */
#define TEXTS_LEAST ((size_t)32768)
#define TEXTS_KNOWN 64
struct texts {
    struct texts *older;
    size_t size; /* of the chunk */
    size_t used; /* of bytes */
    struct {
        const char *from;
        const char *copy;
    } known[TEXTS_KNOWN]; /* names that were copied lately: most pools have one of few */
    char bytes[];
};

void *growing_make(struct growing *growing, size_t count, size_t size)
{
    size_t bytes;
    *growing = (struct growing){.items = NULL};
    if (multiply_overflows(count + !count, size, &bytes))
        return NULL;
    growing->items = chunk_get(bytes, &growing->room);
    growing->count = growing->items ? count : 0;
    return growing->items;
}

bool growing_reserve(struct growing *growing, size_t count, size_t size)
{
    bool done = growing_make(growing, count, size);
    growing->count = 0;
    return done;
}

void *growing_add(struct growing *growing, size_t size)
{
    size_t used = growing->count * size;
    if (used + size > growing->room) {
        size_t granted;
        char *items = chunk_get(max_size(2 * growing->room, 16 * size), &granted);
        if (!items)
            return NULL;
        if (used)
            memcpy(items, growing->items, used);
        growing_free(growing);
        *growing = (struct growing){.items = items, .count = used / size, .room = granted};
    }
    growing->count++;
    return growing->items + used;
}

void growing_free(struct growing *growing)
{
    if (growing->items)
        (void)chunk_put(growing->items, growing->room);
    *growing = (struct growing){.items = NULL};
}

static bool texts_add(struct gathering *gathering, size_t bytes)
{
    struct texts *older = gathering->texts;
    size_t size;
    struct texts *texts = chunk_get(max_size(TEXTS_LEAST, sizeof(*texts) + bytes), &size);
    if (!texts)
        return false;
    memset(texts, 0, sizeof(*texts));
    texts->older = older;
    texts->size = size;
    gathering->texts = texts;
    return true;
}

/* A copy of a text. NULL: ENOMEM. */
static const char *copy_text(struct gathering *gathering, const char *text)
{
    size_t bytes = strlen(text) + 1;
    struct texts *texts = gathering->texts;
    size_t place = hash_address((uintptr_t)text) % TEXTS_KNOWN;
    if (texts && texts->known[place].from == text && !strcmp(texts->known[place].copy, text))
        return texts->known[place].copy;
    if (!texts || texts->size - sizeof(*texts) - texts->used < bytes) {
        if (!texts_add(gathering, bytes))
            return NULL;
        texts = gathering->texts;
    }
    char *copy = texts->bytes + texts->used;
    memcpy(copy, text, bytes);
    texts->used += bytes;
    texts->known[place].from = text;
    texts->known[place].copy = copy;
    return copy;
}

static bool add_pool(struct gathering *gathering, const struct walked *walked)
{
    size_t depth = (size_t)walked->depth;
    if (gathering->pools.count >= NOBODY)
        return false;
    gathering->path.count = depth; /* what is deeper was another pool's */
    uint32_t *at_depth = growing_add(&gathering->path, sizeof(*at_depth));
    struct gathered *gathered = at_depth ? growing_add(&gathering->pools, sizeof(*gathered)) : NULL;
    if (!gathered)
        return false;
    const uint32_t *path = (const uint32_t *)(const void *)gathering->path.items;
    look_at_pool(walked, &gathered->seen);
    gathered->parent = depth ? path[depth - 1] : NOBODY;
    gathered->depth = (uint32_t)depth;
    *at_depth = (uint32_t)(gathering->pools.count - 1);
    gathered->seen.name = copy_text(gathering, gathered->seen.name);
    bool any_site = gathered->seen.site;
    if (any_site)
        gathered->seen.site = copy_text(gathering, gathered->seen.site);
    return gathered->seen.name && (!any_site || gathered->seen.site);
}

struct linking {
    struct gathering *gathering;
    const own_object *from;
};

static bool add_link(own_object *to, void *arg)
{
    const struct linking *linking = arg;
    struct link_seen *link = growing_add(&linking->gathering->links, sizeof(*link));
    if (link)
        *link = (struct link_seen){.from = linking->from, .to = to};
    return link;
}

static bool add_hold(struct gathering *gathering, const struct walked *walked)
{
    const own_object *object = walked->object;
    struct linking linking = {gathering, object};
    struct gathered_hold *hold = growing_add(&gathering->holds, sizeof(*hold));
    if (!hold)
        return false;
    const uint32_t *path = (const uint32_t *)(const void *)gathering->path.items;
    struct hold_seen *seen = &hold->seen;
    hold->pool = path[walked->depth - 1];
    look_at_hold(walked, seen);
    seen->type = copy_text(gathering, seen->type);
    if (seen->name && !(seen->name = copy_text(gathering, seen->name)))
        return false;
    /* The fields of a shared object are for its users to protect. */
    bool readable = !object_is_pool(object) && !own_is_shared(object) && !object_is_dying(object);
    return seen->type && (!readable || object_each(object, add_link, &linking));
}

static int visit(const struct walked *walked, void *arg)
{
    struct gathering *gathering = arg;
    bool done = walked->child ? add_pool(gathering, walked) : add_hold(gathering, walked);
    return done ? 0 : -1;
}

static int visit_root(own_pool *root, void *arg)
{
    const struct gathering *gathering = arg;
    return pool_walk(root, !gathering->root, visit, arg);
}

/* A pool that moved while others were walked is there twice, or is missing: the totals are those of
   what was seen. */
static void add_up(struct gathering *gathering)
{
    for (size_t i = 0; i < gathering->pools.count; i++) {
        struct gathered *pool = gathered_at(gathering, i);
        pool->total_bytes = pool->seen.usage.bytes;
        pool->total_reserved = pool->seen.usage.reserved;
        pool->total_blocks = pool->seen.usage.blocks;
        pool->pools = 1;
    }
    for (size_t i = gathering->pools.count; i-- > 0;) {
        const struct gathered *pool = gathered_at(gathering, i);
        if (pool->parent == NOBODY)
            continue;
        struct gathered *parent = gathered_at(gathering, pool->parent);
        parent->total_bytes += pool->total_bytes;
        parent->total_reserved += pool->total_reserved;
        parent->total_blocks += pool->total_blocks;
        parent->pools += pool->pools;
    }
}

#if OWN_DEBUG
static void gather_validate(const struct gathering *gathering)
{
    size_t of_roots = 0;
    for (size_t i = 0; i < gathering->pools.count; i++) {
        const struct gathered *pool = gathered_at(gathering, i);
        require(pool->parent == NOBODY || pool->parent < i, "report", gathering,
                "the parent of a gathered pool comes before it");
        of_roots += pool->parent == NOBODY ? pool->pools : 0;
    }
    require(of_roots == gathering->pools.count, "report", gathering,
            "total = its own numbers + the totals of its children");
}
#else
static void gather_validate(const struct gathering *gathering)
{
    (void)gathering;
}
#endif

bool gather(struct gathering *gathering, own_pool *root)
{
    *gathering = (struct gathering){.root = root};
    if (roots_each(root, visit_root, gathering))
        return false;
    add_up(gathering);
    gather_validate(gathering);
    return true;
}

void gather_free(struct gathering *gathering)
{
    while (gathering->texts) {
        struct texts *texts = gathering->texts;
        gathering->texts = texts->older;
        (void)chunk_put(texts, texts->size);
    }
    growing_free(&gathering->pools);
    growing_free(&gathering->holds);
    growing_free(&gathering->links);
    growing_free(&gathering->path);
}
