/*
 * own/compat/apr_names.h - the names of APR for what own/compat/apr_pools.h declares. Included by
 * it only.
 */
#ifndef OWN_COMPAT_APR_NAMES_H
#define OWN_COMPAT_APR_NAMES_H

#include <own/compat/apr_pools.h>

#define apr_palloc_debug own_apr_palloc_debug
#define apr_pcalloc_debug own_apr_pcalloc_debug
#define apr_pool_initialize own_apr_pool_initialize
#define apr_pool_terminate own_apr_pool_terminate
#define apr_pool_create_ex_debug own_apr_pool_create_ex_debug
#define apr_pool_create_unmanaged_ex_debug own_apr_pool_create_unmanaged_ex_debug
#define apr_pool_clear_debug own_apr_pool_clear_debug
#define apr_pool_destroy_debug own_apr_pool_destroy_debug
#define apr_pool_allocator_get own_apr_pool_allocator_get
#define apr_pool_abort_set own_apr_pool_abort_set
#define apr_pool_abort_get own_apr_pool_abort_get
#define apr_pool_parent_get own_apr_pool_parent_get
#define apr_pool_is_ancestor own_apr_pool_is_ancestor
#define apr_pool_tag own_apr_pool_tag
#define apr_pool_userdata_set own_apr_pool_userdata_set
#define apr_pool_userdata_setn own_apr_pool_userdata_setn
#define apr_pool_userdata_get own_apr_pool_userdata_get
#define apr_pool_cleanup_register own_apr_pool_cleanup_register
#define apr_pool_pre_cleanup_register own_apr_pool_pre_cleanup_register
#define apr_pool_cleanup_kill own_apr_pool_cleanup_kill
#define apr_pool_child_cleanup_set own_apr_pool_child_cleanup_set
#define apr_pool_cleanup_run own_apr_pool_cleanup_run
#define apr_pool_cleanup_null own_apr_pool_cleanup_null
#define apr_pool_cleanup_for_exec own_apr_pool_cleanup_for_exec
#define apr_pool_note_subprocess own_apr_pool_note_subprocess
#define apr_pstrdup own_apr_pstrdup
#define apr_pstrmemdup own_apr_pstrmemdup
#define apr_pstrndup own_apr_pstrndup
#define apr_pmemdup own_apr_pmemdup
#define apr_pstrcat own_apr_pstrcat
#define apr_pstrcatv own_apr_pstrcatv
#define apr_pvsprintf own_apr_pvsprintf
#define apr_psprintf own_apr_psprintf
#define apr_itoa own_apr_itoa
#define apr_ltoa own_apr_ltoa
#define apr_off_t_toa own_apr_off_t_toa
#define apr_tokenize_to_argv own_apr_tokenize_to_argv
#define apr_allocator_create own_apr_allocator_create
#define apr_allocator_destroy own_apr_allocator_destroy
#define apr_allocator_alloc own_apr_allocator_alloc
#define apr_allocator_free own_apr_allocator_free
#define apr_allocator_align own_apr_allocator_align
#define apr_allocator_owner_set own_apr_allocator_owner_set
#define apr_allocator_owner_get own_apr_allocator_owner_get
#define apr_allocator_max_free_set own_apr_allocator_max_free_set
#define apr_allocator_mutex_set own_apr_allocator_mutex_set
#define apr_allocator_mutex_get own_apr_allocator_mutex_get
#define apr_pool_find own_apr_pool_find
#define apr_pool_num_bytes own_apr_pool_num_bytes
#define apr_pool_create_core_ex_debug own_apr_pool_create_unmanaged_ex_debug

/* Pools are named by the place of the call, as those of own_pool_new are. */
#define apr_pool_create(newpool, parent)                                                           \
    own_apr_pool_create_ex_debug((newpool), (parent), NULL, NULL, OWN_HERE)
#define apr_pool_create_unmanaged(newpool)                                                         \
    own_apr_pool_create_unmanaged_ex_debug((newpool), NULL, NULL, OWN_HERE)
#define apr_pool_create_core(newpool) apr_pool_create_unmanaged(newpool)

#if APR_POOL_DEBUG
#define apr_palloc(pool, size) own_apr_palloc_debug((pool), (size), OWN_HERE)
#define apr_pcalloc(pool, size) own_apr_pcalloc_debug((pool), (size), OWN_HERE)
#define apr_pool_clear(pool) own_apr_pool_clear_debug((pool), OWN_HERE)
#define apr_pool_create_ex(newpool, parent, abort_fn, allocator)                                   \
    own_apr_pool_create_ex_debug((newpool), (parent), (abort_fn), (allocator), OWN_HERE)
#define apr_pool_create_unmanaged_ex(newpool, abort_fn, allocator)                                 \
    own_apr_pool_create_unmanaged_ex_debug((newpool), (abort_fn), (allocator), OWN_HERE)
#define apr_pool_create_core_ex(newpool, abort_fn, allocator)                                      \
    apr_pool_create_unmanaged_ex(newpool, abort_fn, allocator)
#define apr_pool_destroy(pool) own_apr_pool_destroy_debug((pool), OWN_HERE)
#define apr_pool_join own_apr_pool_join
#define apr_pool_lock own_apr_pool_lock
#else
#define apr_palloc own_apr_palloc
#define apr_pcalloc own_apr_pcalloc
#define apr_pool_clear own_apr_pool_clear
#define apr_pool_create_ex own_apr_pool_create_ex
#define apr_pool_create_unmanaged_ex own_apr_pool_create_unmanaged_ex
#define apr_pool_create_core_ex own_apr_pool_create_unmanaged_ex
#define apr_pool_destroy own_apr_pool_destroy
#define apr_pool_join(pool, sub)
#define apr_pool_lock(pool, flag)
#endif

/* The whole libraries: APR's begins before its pools are here, and ends after them. */
#ifdef OWN_APR_BESIDE_
static inline apr_status_t own_apr_initialize(void)
{
    apr_status_t status = apr_initialize();
    return status == APR_SUCCESS ? own_apr_pool_initialize() : status;
}

static inline apr_status_t own_apr_app_initialize(int *argc, char const *const **argv,
                                                  char const *const **env)
{
    apr_status_t status = apr_app_initialize(argc, argv, env);
    return status == APR_SUCCESS ? own_apr_pool_initialize() : status;
}

static inline void own_apr_terminate(void)
{
    own_apr_pool_terminate();
    apr_terminate();
}
#else
static inline apr_status_t own_apr_initialize(void)
{
    return own_apr_pool_initialize();
}

static inline apr_status_t own_apr_app_initialize(int *argc, char const *const **argv,
                                                  char const *const **env)
{
    (void)argc;
    (void)argv;
    (void)env;
    return own_apr_pool_initialize();
}

static inline void own_apr_terminate(void)
{
    own_apr_pool_terminate();
}
#endif

#define apr_initialize own_apr_initialize
#define apr_app_initialize own_apr_app_initialize
#define apr_terminate own_apr_terminate
#define apr_terminate2 own_apr_terminate

#endif
