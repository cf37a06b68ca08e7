/*
 * peer.h - what an adapter provides.
 *
 * An adapter, peer_*.c, is the whole program of a peer: it includes this header, defines what the
 * peer can do, and includes workloads.h, which instantiates the workloads with it. So every peer
 * is called as its users call it, with nothing in between, and no peer is loaded beside another:
 * some replace malloc for the whole process.
 *
 *   PEER_NAME             "talloc"
 *   PEER_IS_LIMIT         no library: it measures what the machine costs, too
 *   peer_version()        its version, as text
 *   peer_start()          what must be called first
 *
 *   PEER_POOLS            pool *peer_pool_new(size_t blocks)       about as many blocks are to come
 *                         void *peer_alloc(pool *, size_t size)    lives as long as the pool
 *                         void *peer_alloc_zero(pool *, size_t size)
 *                         void peer_pool_drop(pool *)
 *   PEER_CHILDREN         pool *peer_child_new(pool *parent)
 *                         void peer_child_drop(pool *parent, pool *child)
 *   PEER_CHAIN_DEPTH      how many pools, each the child of the one before, it is asked to free
 *   PEER_CHAIN_STACK      the stack that it gets for it, in KiB
 *   PEER_BLOCKS           void *peer_block_new(pool *, size_t size)    without a free too
 *   PEER_FREE             void peer_block_free(pool *, void *block)
 *   PEER_GROW             void *peer_grow(pool *, void *block, size_t old, size_t size)
 *                         block may be NULL
 *   PEER_COUNTS           object *peer_object_new(void)
 *                         peer_incref(object *), peer_decref(object *)
 *   PEER_COUNTS_SHARED    object *peer_shared_object_new(void)    the calls above by any thread
 *   PEER_SHARED           shared_pool *peer_shared_new(void), and by any number of threads:
 *                         void *peer_shared_alloc(shared_pool *, size_t size)
 *                         void peer_shared_free(shared_pool *, void *block)
 *   PEER_REQUESTS         peer_shared_new, and by any number of threads:
 *                         pool *peer_request_new(shared_pool *); its blocks are one thread's
 *                         void peer_request_drop(shared_pool *, pool *)
 *   PEER_SHARED_REQUESTS  pool *peer_shared_request_new(shared_pool *); its blocks are all threads'
 *   PEER_HOLDS            void *peer_hold(pool *, object *), void peer_unhold(pool *, object *)
 *   PEER_DEFERS           void peer_defer(pool *, void (*call)(void *), void *)
 *                         void peer_undefer(pool *, void (*call)(void *), void *)
 *   PEER_FOREIGN          foreign_pool *peer_foreign_pool_new(bool adopts)
 *                                            false: its blocks are malloc's
 *                         void peer_adopt(foreign_pool *, void *memory, size_t size)
 *                         void *peer_private_alloc(foreign_pool *, size_t size)       zeroed
 *                         bool peer_foreign_find(foreign_pool *, const void *block)
 *                         void peer_foreign_free(foreign_pool *, void *block)
 *                         void peer_foreign_pool_drop(foreign_pool *)
 *   PEER_WEAK             weak_reference *peer_weak_new(object *)       with both kinds of objects
 *                         object *peer_weak_get(weak_reference *)     a reference
 *                         void peer_weak_drop(weak_reference *)
 *   PEER_TRIM             void peer_trim(void)     gives cached memory back to the system
 *   PEER_ARRAYS           array *peer_array_new_2(size_t rows, size_t columns)     of floats
 *                         void peer_array_copy_transposed(array *to, array *from)
 *                         void peer_array_scale(array *, float)        by any strides
 *                         void peer_array_scale_rows(array *, float)   knowing that rows are close
 *   PEER_ARRAY_VIEWS      array *peer_array_new(size_t length)         of doubles
 *                         array *peer_array_slice(array *, ptrdiff_t start, ptrdiff_t stop)
 *                         void peer_array_drop(array *)
 *   PEER_LACKS            {"workload", "why it is left out"}, ...
 *
 * `pool`, `shared_pool`, `foreign_pool`, `object`, `weak_reference` and `array` are types of the
 * adapter. A call that fails returns NULL.
 */
#ifndef PEER_H
#define PEER_H

#include "measure.h"

#include <stdlib.h>
#include <string.h>

#endif
