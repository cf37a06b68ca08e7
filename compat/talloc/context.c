/*
 * talloc/context.c - the pool of libown that belongs to a context.
 */
#include <errno.h>

#include <own/compat/talloc.h>

#include "chunk.h"

own_pool *own_compat_pool(const void *context)
{
    if (!context) {
        errno = EINVAL;
        return NULL;
    }
    struct extra *extra = talloc_chunk_extra(chunk_of(context));
    if (!extra || extra->pool)
        return extra ? extra->pool : NULL;
    own_pool *pool = own_pool_new(NULL);
    if (!pool)
        return NULL;
    if (own_pool_set_name(pool, "%s", own_talloc_get_name(context))) {
        own_decref(pool);
        return NULL;
    }
    return extra->pool = pool;
}
