/*
 * own/compat/talloc.h - the interface of libtalloc 2.4, on libown.
 *
 * A program includes this header instead of talloc.h, is compiled again, and is linked with
 * -lown-talloc -lown (pkg-config own-talloc). The functions have names of their own, and macros
 * give them those of talloc.h: libtalloc may be in the same process, but a context of one library
 * is not one of the other. doc/moving-from-talloc says how such a program can go on to libown
 * itself.
 *
 * A context is a chunk of memory with a header of 64 bytes, and may be the parent of others. It is
 * freed by talloc_free, or with its parent, as long as nothing else refers to it. The memory is
 * that of pools of libown, one for each thread. A talloc_pool is a piece of it.
 *
 * What differs from libtalloc:
 *
 *   own_compat_pool    is new
 *   talloc_parent, talloc_is_parent, talloc_find_parent_byname
 *                      take a step for each level; there, also for each newer sibling
 *   talloc_realloc     where a context with children moves, each child has to learn it. A context
 *                      with two children or more therefore gets room to grow by half when it moves.
 *                      One that shrinks in a talloc_pool stays in its place even if a limit counts
 *                      it, and so keeps its name where it is not the only one there
 *   talloc_pool        headers are smaller here, so it is full later. Where one context of several
 *                      grows, it keeps its name if the pool had room behind it, and gets the new
 *                      one if it had to move: that name can differ when the pool is nearly full
 *   limits             count what libtalloc counts: 96 bytes and the size for a context, though it
 *                      takes less here; and 128 for a reference, also for those that were there
 *                      before the limit. Under a limit, a context is made and freed in as many
 *                      steps as there are levels up to the outermost limit
 *   misuse             is written to stderr before the process is aborted, unless talloc_set_log_fn
 *                      or talloc_set_abort_fn was called. If the function of the latter returns
 *                      from a report about something that is not a context, the process is aborted
 *   steal              of a context whose destructor has agreed to its death does nothing
 *   death              of a tree, totals and reports do not recurse, however deep the tree is
 *   arrays             of items of 0 bytes are chunks of 0 bytes; there, a division by zero
 *   TALLOC_FREE_FILL   is read when the library is loaded
 *   leak checkers      that watch malloc do not see the contexts: talloc_enable_leak_report does
 *
 * Threads: as with libtalloc, a tree of contexts is used by one thread at a time, and different
 * trees by different threads, but not while chunks without a parent are tracked. Any thread may
 * free what another has made. A talloc_pool and what lies in it is one tree for that.
 *
 * Errors: NULL means that there is no memory, that a limit of talloc_set_memlimit refuses it, or
 * that 256 MiB or more were asked for; errno is ENOMEM then. Costs are O(1) where no other is said,
 * as in block.h.
 */
#ifndef OWN_COMPAT_TALLOC_H
#define OWN_COMPAT_TALLOC_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <own/attributes.h>
#include <own/object.h>

OWN_BEGIN_DECLS

#define TALLOC_VERSION_MAJOR 2
#define TALLOC_VERSION_MINOR 4

typedef void TALLOC_CTX;

#ifndef __location__
#define __location__ OWN_HERE
#endif

#ifndef TALLOC_DEPRECATED
#define TALLOC_DEPRECATED 0
#endif

/* How many levels talloc_is_parent goes up. */
#ifndef TALLOC_MAX_DEPTH
#define TALLOC_MAX_DEPTH 10000
#endif

#ifndef PRINTF_ATTRIBUTE
#define PRINTF_ATTRIBUTE(at, first) OWN_PRINTF(at, first)
#endif

#ifndef _DEPRECATED_
#define _DEPRECATED_ __attribute__((deprecated))
#endif

#define _TALLOC_TYPEOF(pointer) __typeof__(pointer)

/*
 * The pool of libown that belongs to a context; made when it is first asked for, with the name that
 * the context has then. Borrowed. What it owns lives as long as the context: the pool is released
 * after the destructor and the children of the context, just before its memory.
 * talloc_free_children clears it. It is a root, and not counted by talloc_total_size and
 * talloc_set_memlimit.
 *
 * context  not NULL. Returns NULL with errno ENOMEM or EINVAL (context is NULL). Threads: those of
 * the context.
 */
OWN_API own_pool *own_compat_pool(const void *context);

/* 2 and 4; and the number by which contexts are known in this process. */
OWN_API int own_talloc_version_major(void);
OWN_API int own_talloc_version_minor(void);
OWN_API int own_talloc_test_get_magic(void);

/*
 * New contexts. `context` is the parent, or NULL. The new one is its newest child. Names that are
 * passed as they are are borrowed; those that are printed become a child of the context, with the
 * name ".name". The macros name it by the type, or by the place of the call.
 */
OWN_API void *own_talloc_unnamed(const void *context, size_t size);
OWN_API void *own_talloc_init(const char *format, ...) OWN_PRINTF(1, 2);
OWN_API void *own_talloc_named(const void *context, size_t size, const char *format, ...)
    OWN_PRINTF(3, 4);
OWN_API void *own_talloc_named_const(const void *context, size_t size, const char *name);
OWN_API void *own_talloc_zero(const void *context, size_t size, const char *name);
OWN_API void *own_talloc_memdup(const void *context, const void *memory, size_t size,
                                const char *name);
OWN_API void *own_talloc_array(const void *context, size_t size, unsigned count, const char *name);
OWN_API void *own_talloc_zero_array(const void *context, size_t size, unsigned count,
                                    const char *name);

/*
 * Changes the size of a context, which may move. `context` is the parent where memory is NULL. A
 * size of 0 unlinks memory from `context`, and returns NULL. The context gets the name, unless it
 * has had the size; or stays in its place in a talloc_pool, beside others; or shrinks, no limit
 * counts it, and it lies in a talloc_pool or shrinks by less than 1,024 bytes. Refused, with NULL
 * and errno EINVAL: a context that has references, or is a talloc_pool. Cost: at worst a copy, and
 * where a context moves the number of its children.
 */
OWN_API void *own_talloc_realloc(const void *context, void *memory, size_t size, const char *name);
OWN_API void *own_talloc_realloc_array(const void *context, void *memory, size_t size,
                                       unsigned count, const char *name);
OWN_API void *own_talloc_realloc_fn(const void *context, void *memory, size_t size);

/*
 * A context with room for so many bytes of contexts below it, headers included: they come from
 * there until it is full. The room lasts until the pool and all that lies in it are freed. That of
 * a freed context is used again if it is the newest, or if nothing else lies in the pool.
 * own_talloc_pooled_object is a context of a size and a name with such room behind it.
 */
OWN_API void *own_talloc_pool(const void *context, size_t size);
OWN_API void *own_talloc_pooled_object(const void *context, size_t type_size, const char *type_name,
                                       unsigned subobjects, size_t subobjects_size);

/*
 * Frees a context and all below it, a context before its children, these newest first. 0; or -1:
 * its destructor refused, memory is NULL, or it has references, which is logged. A context whose
 * only parent is a reference is unlinked from no context. A child that cannot be freed goes to the
 * context of its newest reference, else to the parent of the freed one if that was the newest child
 * there, else it has no parent. Cost: what is freed.
 */
OWN_API int own_talloc_free_at(void *memory, const char *place);

/* Frees all below a context but its name. What cannot be freed goes as for talloc_free. */
OWN_API void own_talloc_free_children(void *memory);

/*
 * The destructor is called before the context and its children are freed; -1 refuses. It may free
 * other contexts; its own context, and those that are dying with it, are as they are. NULL: none.
 */
OWN_API void own_talloc_set_destructor(const void *memory, int (*destructor)(void *));

/*
 * Gives a context another parent, of which it is the newest child. Cannot fail. If the context has
 * references and another parent than `context`, that is logged. talloc_move sets the pointer that
 * was passed to NULL. Cost: O(1); where limits change, the number of contexts below.
 */
OWN_API void *own_talloc_steal_at(const void *context, const void *memory, const char *place);
OWN_API void *own_talloc_move(const void *context, const void *pointer);

/* Names. A context without a name is "UNNAMED", a string that was made here is its own name. */
OWN_API const char *own_talloc_set_name(const void *memory, const char *format, ...)
    OWN_PRINTF(2, 3);
OWN_API void own_talloc_set_name_const(const void *memory, const char *name);
OWN_API const char *own_talloc_get_name(const void *memory);
OWN_API void *own_talloc_check_name(const void *memory, const char *name);
OWN_API void *own_talloc_get_type_abort(const void *memory, const char *name, const char *place);

/* Above a context. talloc_is_parent: whether `above` is the context or above it, 1 or 0. */
OWN_API void *own_talloc_parent(const void *memory);
OWN_API const char *own_talloc_parent_name(const void *memory);
OWN_API void *own_talloc_find_parent_byname(const void *context, const char *name);
OWN_API int own_talloc_is_parent(const void *context, const void *above);
OWN_API void own_talloc_show_parents(const void *context, FILE *file);

/*
 * References: further parents. A reference is a child of the context that it is for, and is freed
 * with it. talloc_unlink removes that of `context`, or `context` itself as the parent, so that the
 * newest reference becomes the parent; -1 where it is neither. talloc_reparent moves either.
 */
OWN_API void *own_talloc_reference_at(const void *context, const void *memory, const char *place);
OWN_API int own_talloc_increase_ref_count(const void *memory);
OWN_API size_t own_talloc_reference_count(const void *memory);
OWN_API int own_talloc_unlink(const void *context, void *memory);
OWN_API void *own_talloc_reparent(const void *old_parent, const void *new_parent,
                                  const void *memory);

/* Sizes as asked for: of a context, and of it and all below; and how many these are, references
   among them. Cost of the totals: what is counted. */
OWN_API size_t own_talloc_get_size(const void *memory);
OWN_API size_t own_talloc_total_size(const void *context);
OWN_API size_t own_talloc_total_blocks(const void *context);

/* Limits what a context and all below it take; 0: no limit. 0, or 1 where there is no memory. */
OWN_API int own_talloc_set_memlimit(const void *context, size_t bytes) _DEPRECATED_;

/* Strings. Where `string` is NULL, what is appended is a new string without a parent. Those with
   _buffer append at the end of the chunk, the others at the first zero. */
OWN_API char *own_talloc_strdup(const void *context, const char *string);
OWN_API char *own_talloc_strndup(const void *context, const char *string, size_t max);
OWN_API char *own_talloc_strdup_append(char *string, const char *appended);
OWN_API char *own_talloc_strdup_append_buffer(char *string, const char *appended);
OWN_API char *own_talloc_strndup_append(char *string, const char *appended, size_t max);
OWN_API char *own_talloc_strndup_append_buffer(char *string, const char *appended, size_t max);
OWN_API char *own_talloc_vasprintf(const void *context, const char *format, va_list arguments)
    OWN_PRINTF(2, 0);
OWN_API char *own_talloc_vasprintf_append(char *string, const char *format, va_list arguments)
    OWN_PRINTF(2, 0);
OWN_API char *own_talloc_vasprintf_append_buffer(char *string, const char *format,
                                                 va_list arguments) OWN_PRINTF(2, 0);
OWN_API char *own_talloc_asprintf(const void *context, const char *format, ...) OWN_PRINTF(2, 3);
OWN_API char *own_talloc_asprintf_append(char *string, const char *format, ...) OWN_PRINTF(2, 3);
OWN_API char *own_talloc_asprintf_append_buffer(char *string, const char *format, ...)
    OWN_PRINTF(2, 3);

/* Appends to *string, which is freed and set to NULL where that fails; nothing if it is NULL. */
OWN_API void own_talloc_asprintf_addbuf(char **string, const char *format, ...) OWN_PRINTF(2, 3);

/*
 * Reports: a line for each context, from `depth` down to max_depth (-1: to the end). NULL is the
 * context that tracks those without a parent, if they are tracked. Cost of a printed report: for
 * each line, what is below it.
 */
OWN_API void own_talloc_report_depth_cb(const void *context, int depth, int max_depth,
                                        void (*callback)(const void *memory, int depth,
                                                         int max_depth, int is_reference,
                                                         void *arg),
                                        void *arg);
OWN_API void own_talloc_report_depth_file(const void *context, int depth, int max_depth,
                                          FILE *file);
OWN_API void own_talloc_report_full(const void *context, FILE *file);
OWN_API void own_talloc_report(const void *context, FILE *file);

/* Tracks contexts without a parent from now on, as children of one; a report of it at exit. */
OWN_API void own_talloc_enable_null_tracking(void);
OWN_API void own_talloc_enable_null_tracking_no_autofree(void);
OWN_API void own_talloc_disable_null_tracking(void);
OWN_API void own_talloc_enable_leak_report(void);
OWN_API void own_talloc_enable_leak_report_full(void);

/* A context that is freed when the process exits. */
OWN_API void *own_talloc_autofree_context(void) _DEPRECATED_;

/* What is called on a misuse, and with what is logged; for the whole process. */
OWN_API void own_talloc_set_abort_fn(void (*function)(const char *reason));
OWN_API void own_talloc_set_log_fn(void (*function)(const char *message));
OWN_API void own_talloc_set_log_stderr(void);

OWN_END_DECLS

#include <own/compat/talloc_names.h>

#endif
