/*
 * own/compat/apr_pools.h - the pools of APR 1.7 on libown.
 *
 * A program includes this header in place of apr_pools.h, apr_allocator.h and apr_strings.h, is
 * compiled again, and is linked with own-apr (pkg-config) too. The names are APR's, and so is their
 * meaning: APR's documentation holds, but for what follows. Macros give the functions names of
 * their own (apr_palloc is own_apr_palloc), so that libapr may be in the same process.
 *
 * A pool of APR is a pool of libown: own_apr_pool and own_apr_pool_of convert pointers, and the
 * calls of own/ may be used on it: objects, deferred calls, buffers and pools of libown may belong
 * to it. They go when the pool is cleared or destroyed, after what APR says: first the
 * pre-cleanups, then the subpools, the newest first, then the cleanups, then the subprocesses, then
 * what libown's calls gave to the pool, then the memory. The reference to a pool is APR's: such a
 * pool ends by apr_pool_destroy and is emptied by apr_pool_clear, not by own_decref, own_drop,
 * own_give or own_pool_clear. Where something else holds it (own_hold, own_incref), it lives on
 * after apr_pool_destroy, with its blocks and what libown's calls gave it. Do not set its user
 * pointer (own_pool_set_user): it is used here.
 *
 * Tree. Any thread may create and destroy subpools of a pool, while another one uses the pool, as
 * in APR. To libown each of these pools is a root for that reason, and limits, totals and walks of
 * own/pool.h see one pool at a time. Where they are to see all pools below one, say own_apr_nest.
 *
 * Pools of libown. The calls of APR may be used on any confined pool of libown as well. What they
 * register there is run, and subpools are destroyed, when the pool dies or is cleared: by a call of
 * own_defer_first, made when the first of them is registered. Such a pool is like an unmanaged one.
 * apr_pool_destroy on it is own_drop by its parent, or own_decref where it has none. Its user
 * pointer must not be in use.
 *
 * Beside APR. Where APR's headers are found, this one includes those that apr_pools.h includes, and
 * all of them may be included, before or after. A function of libapr that takes a pool must not get
 * one of these: only what is declared here knows them, and apr_thread_proc.h's
 * apr_pool_note_subprocess. apr_initialize and apr_terminate do both libraries' work. Without APR's
 * headers (or with OWN_APR_ALONE defined) this header has the few types and macros itself.
 *
 * What differs from APR:
 *   - Alignment is 16 bytes. Nothing needs to be initialised first.
 *   - An allocator keeps memory nodes only. Pools take their memory from libown, whatever allocator
 *     they have: what dead pools leave is bounded by own_set_cache_limit. Allocators may be used by
 *     any thread; a mutex is remembered, and never locked.
 *   - Formats are those of printf. Of APR's own, %pp, %pt, %pT, %pm, %pA, %pB, %pF and %pS are
 *     there; %pI, which needs a socket address of libapr, is not: it prints "%pI". %pm has the
 *     texts of strerror. Floating-point numbers are printed by the C library.
 *   - A cleanup for which there is no memory is not registered, after the abort function was
 *     called; APR crashes. apr_pool_note_subprocess likewise.
 *   - A subpool that a cleanup of a dying pool creates becomes a pool without parent, as if it had
 *     been created with NULL; APR leaves it with a dead parent.
 *   - apr_pool_num_bytes counts what own_usage.bytes counts: sizes are rounded up to 16. The debug
 *     levels of APR_POOL_DEBUG check nothing; OWN_DEBUG, and sanitizers, do.
 *
 *   - apr_pool_find finds the pool of an address at which a block begins, not of one inside.
 *
 * Nothing here recurses over pools. Cost, where APR's documentation does not say: creating and
 * destroying a pool, registering a cleanup O(1); killing a cleanup, the number of newer ones;
 * userdata, the number of keys; apr_pool_find, the number of pools.
 */
#ifndef OWN_COMPAT_APR_POOLS_H
#define OWN_COMPAT_APR_POOLS_H

#include <own/block.h>
#include <own/pool.h>

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>

/* What others define before this header or after it is the same: it has APR's own words for it. */
#if !defined(OWN_APR_ALONE) && defined(__has_include)
#if __has_include(<apr_general.h>) && __has_include(<apr_thread_proc.h>)
#define OWN_APR_BESIDE_
#endif
#endif

#ifdef OWN_APR_BESIDE_
#include <apr.h>
#include <apr_errno.h>
#define APR_WANT_MEMFUNC
#include <apr_want.h>
#else
typedef unsigned char apr_byte_t;
typedef int16_t apr_int16_t;
typedef uint16_t apr_uint16_t;
typedef int apr_int32_t;
typedef unsigned int apr_uint32_t;
typedef int64_t apr_int64_t;
typedef uint64_t apr_uint64_t;
typedef size_t apr_size_t;
typedef ssize_t apr_ssize_t;
typedef off_t apr_off_t;
typedef int apr_status_t;
typedef struct apr_file_t apr_file_t;
typedef struct apr_thread_mutex_t apr_thread_mutex_t;
#define APR_DECLARE(type) type
#define APR_DECLARE_NONSTD(type) type
#define APR_HAS_THREADS 1
#define APR_SUCCESS 0
#define APR_EINVAL EINVAL
#define APR_ENOMEM ENOMEM
#define APR_ALIGN(size, boundary) (((size) + ((boundary)-1)) & ~((boundary)-1))
#define APR_ALIGN_DEFAULT(size) APR_ALIGN(size, (size_t)8)
#define APR_STRINGIFY(text) OWN_STRINGIZE(text)
#ifndef FALSE
#define FALSE 0
#endif
#ifndef TRUE
#define TRUE (!FALSE)
#endif

typedef enum {
    APR_KILL_NEVER,         /* reaped if it has ended */
    APR_KILL_ALWAYS,        /* SIGKILL */
    APR_KILL_AFTER_TIMEOUT, /* SIGTERM; SIGKILL if that does not end it within 3 seconds */
    APR_JUST_WAIT,          /* no signal; waits until it ends */
    APR_KILL_ONLY_ONCE      /* SIGTERM; waits until it ends */
} apr_kill_conditions_e;

typedef struct apr_proc_t {
    pid_t pid;
    apr_file_t *in, *out, *err;
} apr_proc_t;
#endif

OWN_BEGIN_DECLS

#ifndef APR_POOLS_H
#define APR_POOLS_H
#define APR_ALLOCATOR_H

typedef struct apr_pool_t apr_pool_t;
typedef struct apr_allocator_t apr_allocator_t;
typedef struct apr_memnode_t apr_memnode_t;
typedef int (*apr_abortfunc_t)(int retcode);

/* A piece of memory of an allocator: what may be used is from first_avail to endp. `next`, `ref`
   and `first_avail` are the caller's. */
struct apr_memnode_t {
    apr_memnode_t *next;
    apr_memnode_t **ref;
    apr_uint32_t index; /* the size of the whole, in steps of 4 KiB, less one */
    apr_uint32_t free_index;
    char *first_avail;
    char *endp;
};

#define APR_MEMNODE_T_SIZE APR_ALIGN_DEFAULT(sizeof(apr_memnode_t))
#define APR_ALLOCATOR_MAX_FREE_UNLIMITED 0
#define APR_POOL__FILE_LINE__ __FILE__ ":" APR_STRINGIFY(__LINE__)

#define APR_POOL_DECLARE_ACCESSOR(type)                                                            \
    APR_DECLARE(apr_pool_t *) apr_##type##_pool_get(const apr_##type##_t *the##type)
#define APR_POOL_IMPLEMENT_ACCESSOR(type)                                                          \
    APR_DECLARE(apr_pool_t *) apr_##type##_pool_get(const apr_##type##_t *the##type)               \
    {                                                                                              \
        return the##type->pool;                                                                    \
    }

/* Undefined is 0, and empty is 1. */
#ifndef APR_POOL_DEBUG
#define APR_POOL_DEBUG 0
#elif APR_POOL_DEBUG - APR_POOL_DEBUG - 1 == 1
#undef APR_POOL_DEBUG
#define APR_POOL_DEBUG 1
#endif

#else /* APR's own header was first: its types are the same */
#undef apr_palloc
#undef apr_pcalloc
#undef apr_pool_clear
#undef apr_pool_create
#undef apr_pool_create_core
#undef apr_pool_create_core_ex
#undef apr_pool_create_ex
#undef apr_pool_create_unmanaged
#undef apr_pool_create_unmanaged_ex
#undef apr_pool_destroy
#undef apr_pool_join
#undef apr_pool_lock
#endif

OWN_END_DECLS

#ifdef OWN_APR_BESIDE_ /* as apr_pools.h and apr_allocator.h do */
#include <apr_general.h>
#include <apr_thread_mutex.h>
#endif

OWN_BEGIN_DECLS

/* The pool of libown that a pool is, and the other way round. Borrowed; NULL gives NULL. */
OWN_API inline own_pool *own_apr_pool(apr_pool_t *pool)
{
    return (own_pool *)(void *)pool;
}

OWN_API inline apr_pool_t *own_apr_pool_of(own_pool *pool)
{
    return (apr_pool_t *)(void *)pool;
}

/*
 * Nests the subpools that are created from now on, and all below these: to libown they are children
 * then, so that limits, totals and walks of own/pool.h include them.
 *
 * In return the pool and all that is nested below it are one thread's at a time, as own/pool.h
 * says, unless it is shared (own_share). Pools of libown do so from the start. Threads: those of
 * pool.
 */
OWN_API void own_apr_nest(apr_pool_t *pool);

/* The first part of apr_initialize, and the last of apr_terminate. Only their number matters: with
   the last apr_pool_terminate all pools are destroyed that have no parent. */
OWN_API apr_status_t own_apr_pool_initialize(void);
OWN_API void own_apr_pool_terminate(void);

/* Pools. `place` is a name, borrowed by the pool: for reports of libown. */
OWN_API apr_status_t own_apr_pool_create_ex(apr_pool_t **newpool, apr_pool_t *parent,
                                            apr_abortfunc_t abort_fn, apr_allocator_t *allocator);
OWN_API apr_status_t own_apr_pool_create_ex_debug(apr_pool_t **newpool, apr_pool_t *parent,
                                                  apr_abortfunc_t abort_fn,
                                                  apr_allocator_t *allocator, const char *place);
OWN_API apr_status_t own_apr_pool_create_unmanaged_ex(apr_pool_t **newpool,
                                                      apr_abortfunc_t abort_fn,
                                                      apr_allocator_t *allocator);
OWN_API apr_status_t own_apr_pool_create_unmanaged_ex_debug(apr_pool_t **newpool,
                                                            apr_abortfunc_t abort_fn,
                                                            apr_allocator_t *allocator,
                                                            const char *place);
OWN_API void own_apr_pool_clear(apr_pool_t *pool);
OWN_API void own_apr_pool_clear_debug(apr_pool_t *pool, const char *place);
OWN_API void own_apr_pool_destroy(apr_pool_t *pool);
OWN_API void own_apr_pool_destroy_debug(apr_pool_t *pool, const char *place);

OWN_API apr_allocator_t *own_apr_pool_allocator_get(apr_pool_t *pool);
OWN_API void own_apr_pool_abort_set(apr_abortfunc_t abort_fn, apr_pool_t *pool);
OWN_API apr_abortfunc_t own_apr_pool_abort_get(apr_pool_t *pool);
OWN_API apr_pool_t *own_apr_pool_parent_get(apr_pool_t *pool);
OWN_API int own_apr_pool_is_ancestor(apr_pool_t *above, apr_pool_t *pool);
OWN_API void own_apr_pool_tag(apr_pool_t *pool, const char *tag);

/* Memory. The slow functions are the rest of the inline ones. */
OWN_API void *own_apr_palloc_slow(apr_pool_t *pool, apr_size_t size);
OWN_API void *own_apr_pcalloc_slow(apr_pool_t *pool, apr_size_t size);
OWN_API void *own_apr_palloc_debug(apr_pool_t *pool, apr_size_t size, const char *place);
OWN_API void *own_apr_pcalloc_debug(apr_pool_t *pool, apr_size_t size, const char *place);

OWN_API inline void *own_apr_palloc(apr_pool_t *pool, apr_size_t size)
    __attribute__((alloc_size(2)));
OWN_API inline void *own_apr_pcalloc(apr_pool_t *pool, apr_size_t size)
    __attribute__((alloc_size(2)));

inline void *own_apr_palloc(apr_pool_t *pool, apr_size_t size)
{
    own_pool *own = own_apr_pool(pool);
    return OWN_LIKELY(own_bump_fits(own, size)) ? own_bump(own, size)
                                                : own_apr_palloc_slow(pool, size);
}

inline void *own_apr_pcalloc(apr_pool_t *pool, apr_size_t size)
{
    own_pool *own = own_apr_pool(pool);
    return OWN_LIKELY(own_bump_fits(own, size)) ? __builtin_memset(own_bump(own, size), 0, size)
                                                : own_apr_pcalloc_slow(pool, size);
}

/* Userdata. */
OWN_API apr_status_t own_apr_pool_userdata_set(const void *data, const char *key,
                                               apr_status_t (*cleanup)(void *), apr_pool_t *pool);
OWN_API apr_status_t own_apr_pool_userdata_setn(const void *data, const char *key,
                                                apr_status_t (*cleanup)(void *), apr_pool_t *pool);
OWN_API apr_status_t own_apr_pool_userdata_get(void **data, const char *key, apr_pool_t *pool);

/* Cleanups. */
OWN_API void own_apr_pool_cleanup_register(apr_pool_t *pool, const void *data,
                                           apr_status_t (*plain_cleanup)(void *),
                                           apr_status_t (*child_cleanup)(void *));
OWN_API void own_apr_pool_pre_cleanup_register(apr_pool_t *pool, const void *data,
                                               apr_status_t (*plain_cleanup)(void *));
OWN_API void own_apr_pool_cleanup_kill(apr_pool_t *pool, const void *data,
                                       apr_status_t (*cleanup)(void *));
OWN_API void own_apr_pool_child_cleanup_set(apr_pool_t *pool, const void *data,
                                            apr_status_t (*plain_cleanup)(void *),
                                            apr_status_t (*child_cleanup)(void *));
OWN_API apr_status_t own_apr_pool_cleanup_run(apr_pool_t *pool, void *data,
                                              apr_status_t (*cleanup)(void *));
OWN_API apr_status_t own_apr_pool_cleanup_null(void *data);
OWN_API void own_apr_pool_cleanup_for_exec(void);
#if !defined(OWN_APR_BESIDE_) || defined(APR_THREAD_PROC_H) /* else that header declares it */
OWN_API void own_apr_pool_note_subprocess(apr_pool_t *pool, apr_proc_t *process,
                                          apr_kill_conditions_e how);
#endif

/* What APR has in debug builds only. */
OWN_API void own_apr_pool_join(apr_pool_t *pool, apr_pool_t *sub);
OWN_API apr_pool_t *own_apr_pool_find(const void *memory);
OWN_API apr_size_t own_apr_pool_num_bytes(apr_pool_t *pool, int recurse);
OWN_API void own_apr_pool_lock(apr_pool_t *pool, int flag);

/* Strings. */
OWN_API char *own_apr_pstrdup(apr_pool_t *pool, const char *string);
OWN_API char *own_apr_pstrmemdup(apr_pool_t *pool, const char *string, apr_size_t length);
OWN_API char *own_apr_pstrndup(apr_pool_t *pool, const char *string, apr_size_t most);
OWN_API void *own_apr_pmemdup(apr_pool_t *pool, const void *memory, apr_size_t size);
OWN_API char *own_apr_pstrcat(apr_pool_t *pool, ...) __attribute__((sentinel));
OWN_API char *own_apr_pstrcatv(apr_pool_t *pool, const struct iovec *parts, apr_size_t count,
                               apr_size_t *length);
OWN_API char *own_apr_pvsprintf(apr_pool_t *pool, const char *format, va_list arguments);
OWN_API char *own_apr_psprintf(apr_pool_t *pool, const char *format, ...) OWN_PRINTF(2, 3);
OWN_API char *own_apr_itoa(apr_pool_t *pool, int number);
OWN_API char *own_apr_ltoa(apr_pool_t *pool, long number);
OWN_API char *own_apr_off_t_toa(apr_pool_t *pool, apr_off_t number);
OWN_API apr_status_t own_apr_tokenize_to_argv(const char *string, char ***arguments,
                                              apr_pool_t *pool);

/* Allocators. */
OWN_API apr_status_t own_apr_allocator_create(apr_allocator_t **allocator);
OWN_API void own_apr_allocator_destroy(apr_allocator_t *allocator);
OWN_API apr_memnode_t *own_apr_allocator_alloc(apr_allocator_t *allocator, apr_size_t size);
OWN_API void own_apr_allocator_free(apr_allocator_t *allocator, apr_memnode_t *nodes);
OWN_API apr_size_t own_apr_allocator_align(apr_allocator_t *allocator, apr_size_t size);
OWN_API void own_apr_allocator_owner_set(apr_allocator_t *allocator, apr_pool_t *pool);
OWN_API apr_pool_t *own_apr_allocator_owner_get(apr_allocator_t *allocator);
OWN_API void own_apr_allocator_max_free_set(apr_allocator_t *allocator, apr_size_t size);
OWN_API void own_apr_allocator_mutex_set(apr_allocator_t *allocator, apr_thread_mutex_t *mutex);
OWN_API apr_thread_mutex_t *own_apr_allocator_mutex_get(apr_allocator_t *allocator);

OWN_END_DECLS

#include <own/compat/apr_names.h>

#endif
