/*
 * own/analyzer_pool.h - the calls of pool.h as clang's static analyser sees them: see analyzer.h.
 */
#ifndef OWN_ANALYZER_POOL_H
#define OWN_ANALYZER_POOL_H

#include <own/attributes.h>

#ifdef OWN_ANALYZED

#define own_pool_new_at(...) OWN_MADE(own_pool_new_at, __VA_ARGS__)
#define own_pool_create_at(...) OWN_MADE(own_pool_create_at, __VA_ARGS__)
#define own_hold(pool, object) OWN_HOLDS_(own_hold(pool, object), object, pool)
#define own_give(pool, object) OWN_TAKES_(own_give(pool, object), object, pool)
#define own_give_reference(pool, object) OWN_TAKES_(own_give_reference(pool, object), object, pool)
#define own_give_child(pool, child) OWN_TAKES_(own_give_child(pool, child), child, pool)
#define own_defer(pool, call, arg) OWN_PASSES_ON_(own_defer(pool, call, arg), arg, pool)
#define own_defer_first(pool, call, arg) OWN_PASSES_ON_(own_defer_first(pool, call, arg), arg, pool)
#define own_defer_last(pool, call, arg) OWN_PASSES_ON_(own_defer_last(pool, call, arg), arg, pool)
#define own_pool_set_user(pool, user) (own_uses_(pool), own_followed_no_further_ = (user), (void)0)

#endif

#endif
