/*
 * own/compat/talloc_names.h - the names of talloc.h, for the functions of own/compat/talloc.h,
 * which includes this.
 */
#ifndef OWN_COMPAT_TALLOC_NAMES_H
#define OWN_COMPAT_TALLOC_NAMES_H

#include <own/compat/talloc.h>

/* Calls that name the new context, or tell their place. */
#define talloc(context, type) (type *)own_talloc_named_const((context), sizeof(type), #type)
#define talloc_new(context) own_talloc_named_const((context), 0, "talloc_new: " __location__)
#define talloc_size(context, size) own_talloc_named_const((context), (size), __location__)
#define talloc_ptrtype(context, pointer)                                                           \
    (_TALLOC_TYPEOF(pointer)) talloc_size((context), sizeof(*(pointer)))
#define talloc_zero(context, type) (type *)own_talloc_zero((context), sizeof(type), #type)
#define talloc_zero_size(context, size) own_talloc_zero((context), (size), __location__)
#define talloc_memdup(context, memory, size)                                                       \
    own_talloc_memdup((context), (memory), (size), __location__)
#define talloc_array(context, type, count)                                                         \
    (type *)own_talloc_array((context), sizeof(type), (count), #type)
#define talloc_array_size(context, size, count)                                                    \
    own_talloc_array((context), (size), (count), __location__)
#define talloc_array_ptrtype(context, pointer, count)                                              \
    (_TALLOC_TYPEOF(pointer)) talloc_array_size((context), sizeof(*(pointer)), (count))
#define talloc_array_length(memory) (own_talloc_get_size(memory) / sizeof(*(memory)))
#define talloc_zero_array(context, type, count)                                                    \
    (type *)own_talloc_zero_array((context), sizeof(type), (count), #type)
#define talloc_realloc(context, memory, type, count)                                               \
    (type *)own_talloc_realloc_array((context), (memory), sizeof(type), (count), #type)
#define talloc_realloc_size(context, memory, size)                                                 \
    own_talloc_realloc((context), (memory), (size), __location__)
#define talloc_pooled_object(context, type, subobjects, subobjects_size)                           \
    (type *)own_talloc_pooled_object((context), sizeof(type), #type, (subobjects),                 \
                                     (subobjects_size))
#define talloc_free(memory) own_talloc_free_at((memory), __location__)
#define TALLOC_FREE(memory)                                                                        \
    do {                                                                                           \
        if ((memory) != NULL) {                                                                    \
            talloc_free(memory);                                                                   \
            (memory) = NULL;                                                                       \
        }                                                                                          \
    } while (0)
#define talloc_set_destructor(memory, function)                                                    \
    do {                                                                                           \
        int (*_talloc_destructor_fn)(_TALLOC_TYPEOF(memory)) = (function);                         \
        own_talloc_set_destructor((memory), (int (*)(void *))_talloc_destructor_fn);               \
    } while (0)
#define talloc_steal(context, memory)                                                              \
    (__extension__({                                                                               \
        _TALLOC_TYPEOF(memory)                                                                     \
        __talloc_steal_ret =                                                                       \
            (_TALLOC_TYPEOF(memory))own_talloc_steal_at((context), (memory), __location__);        \
        __talloc_steal_ret;                                                                        \
    }))
#define talloc_move(context, pointer)                                                              \
    (_TALLOC_TYPEOF(*(pointer))) own_talloc_move((context), (const void *)(pointer))
#define talloc_reference(context, memory)                                                          \
    (_TALLOC_TYPEOF(memory)) own_talloc_reference_at((context), (memory), __location__)
#define talloc_set_type(memory, type) own_talloc_set_name_const((memory), #type)
#define talloc_get_type(memory, type) (type *)own_talloc_check_name((memory), #type)
#ifdef TALLOC_GET_TYPE_ABORT_NOOP
#define talloc_get_type_abort(memory, type) (type *)(memory)
#else
#define talloc_get_type_abort(memory, type)                                                        \
    (type *)own_talloc_get_type_abort((memory), #type, __location__)
#endif
#define talloc_find_parent_bytype(memory, type)                                                    \
    (type *)own_talloc_find_parent_byname((memory), #type)

/* Plain functions. */
#define talloc_version_major own_talloc_version_major
#define talloc_version_minor own_talloc_version_minor
#define talloc_test_get_magic own_talloc_test_get_magic
#define talloc_init own_talloc_init
#define talloc_free_children own_talloc_free_children
#define talloc_set_name own_talloc_set_name
#define talloc_set_name_const own_talloc_set_name_const
#define talloc_named own_talloc_named
#define talloc_named_const own_talloc_named_const
#define talloc_get_name own_talloc_get_name
#define talloc_check_name own_talloc_check_name
#define talloc_parent own_talloc_parent
#define talloc_parent_name own_talloc_parent_name
#define talloc_total_size own_talloc_total_size
#define talloc_total_blocks own_talloc_total_blocks
#define talloc_find_parent_byname own_talloc_find_parent_byname
#define talloc_pool own_talloc_pool
#define talloc_increase_ref_count own_talloc_increase_ref_count
#define talloc_reference_count own_talloc_reference_count
#define talloc_unlink own_talloc_unlink
#define talloc_autofree_context own_talloc_autofree_context
#define talloc_get_size own_talloc_get_size
#define talloc_show_parents own_talloc_show_parents
#define talloc_is_parent own_talloc_is_parent
#define talloc_reparent own_talloc_reparent
#define talloc_realloc_fn own_talloc_realloc_fn
#define talloc_strdup own_talloc_strdup
#define talloc_strdup_append own_talloc_strdup_append
#define talloc_strdup_append_buffer own_talloc_strdup_append_buffer
#define talloc_strndup own_talloc_strndup
#define talloc_strndup_append own_talloc_strndup_append
#define talloc_strndup_append_buffer own_talloc_strndup_append_buffer
#define talloc_vasprintf own_talloc_vasprintf
#define talloc_vasprintf_append own_talloc_vasprintf_append
#define talloc_vasprintf_append_buffer own_talloc_vasprintf_append_buffer
#define talloc_asprintf own_talloc_asprintf
#define talloc_asprintf_append own_talloc_asprintf_append
#define talloc_asprintf_append_buffer own_talloc_asprintf_append_buffer
#define talloc_asprintf_addbuf own_talloc_asprintf_addbuf
#define talloc_report_depth_cb own_talloc_report_depth_cb
#define talloc_report_depth_file own_talloc_report_depth_file
#define talloc_report_full own_talloc_report_full
#define talloc_report own_talloc_report
#define talloc_enable_null_tracking own_talloc_enable_null_tracking
#define talloc_enable_null_tracking_no_autofree own_talloc_enable_null_tracking_no_autofree
#define talloc_disable_null_tracking own_talloc_disable_null_tracking
#define talloc_enable_leak_report own_talloc_enable_leak_report
#define talloc_enable_leak_report_full own_talloc_enable_leak_report_full
#define talloc_set_abort_fn own_talloc_set_abort_fn
#define talloc_set_log_fn own_talloc_set_log_fn
#define talloc_set_log_stderr own_talloc_set_log_stderr
#define talloc_set_memlimit own_talloc_set_memlimit

/* What the macros of talloc.h call. */
#define _talloc own_talloc_unnamed
#define _talloc_array own_talloc_array
#define _talloc_free own_talloc_free_at
#define _talloc_get_type_abort own_talloc_get_type_abort
#define _talloc_memdup own_talloc_memdup
#define _talloc_move own_talloc_move
#define _talloc_pooled_object own_talloc_pooled_object
#define _talloc_realloc own_talloc_realloc
#define _talloc_realloc_array own_talloc_realloc_array
#define _talloc_reference_loc own_talloc_reference_at
#define _talloc_set_destructor own_talloc_set_destructor
#define _talloc_steal_loc own_talloc_steal_at
#define _talloc_zero own_talloc_zero
#define _talloc_zero_array own_talloc_zero_array

#if TALLOC_DEPRECATED
#define talloc_zero_p(context, type) talloc_zero(context, type)
#define talloc_p(context, type) talloc(context, type)
#define talloc_array_p(context, type, count) talloc_array(context, type, count)
#define talloc_realloc_p(context, memory, type, count) talloc_realloc(context, memory, type, count)
#define talloc_destroy(memory) talloc_free(memory)
#define talloc_append_string(context, string, appended)                                            \
    ((string) ? talloc_strdup_append(string, appended) : talloc_strdup(context, appended))
#endif

#endif
