/*
 * own/analyzer.h - the interface as clang's static analyser sees it, in C. attributes.h includes it
 * where that runs (own-check, clang --analyze, scan-build), and no compiler sees it.
 *
 * The checker osx.cocoa.RetainCount follows references through functions that have one of the
 * annotations of attributes.h. What these cannot say is written here, as macros that stand in front
 * of the real calls: a constructor whose result is new without an owner, and borrowed with one;
 * a call that takes the reference over only if it succeeds. They are macros so that what is found
 * has the line of the user's call.
 *
 * Nothing here is ever called. The prototypes of the headers still check all arguments.
 */
#ifndef OWN_ANALYZER_H
#define OWN_ANALYZER_H

#include <own/attributes.h>

#ifdef OWN_ANALYZED

/* A result of which the analyser knows nothing. */
int own_any_(void);

/* Uses of objects: after the last release they are reported. The name makes the checker read them
   as what they are, uses: of other functions it thinks that they may keep their arguments. */
#define own_uses_ CFown_uses_
void own_uses_(const void *object, ...);

/* The results of constructors, and of own_incref. */
OWN_RETURNS_NEW void *own_made_new_(void);
OWN_RETURNS_BORROWED void *own_made_borrowed_(void);
void *CFown_retain(void *object);

/* Releases of a reference: in general, and of the only one that there is. The checker unix.Malloc
   then sees a field of the object that is used. */
void own_released_(OWN_STEALS void *object);
void own_released_last_(OWN_STEALS void *object) __attribute__((ownership_takes(malloc, 1)));

/* Something else has a reference of its own from now on: the object outlives that of the caller. */
void own_held_(void *object, ...);

/* What is stored here is followed no further. */
extern const void *own_followed_no_further_;

/*
 * Whether a number is known to be zero. A comparison would not do: where the analyser knows
 * nothing, it would go both ways. An index that it does not know gives a pointer that it does not
 * know, which is never that of a local variable.
 */
#define OWN_KNOWN_ZERO_(number)                                                                    \
    __extension__({                                                                                \
        char own_yes_, own_no_;                                                                    \
        char *own_answers_[4] = {&own_yes_, &own_no_, &own_no_, &own_no_};                         \
        char *own_answer_ = own_answers_[(number)&3];                                              \
        own_answer_ == &own_yes_;                                                                  \
    })

/*
 * A constructor. An owner that is known to be NULL gives a new reference. Any other is taken for
 * a pool: the analyser goes no further with the case that it may be NULL.
 */
#define OWN_MADE(function, owner, ...)                                                             \
    OWN_MADE_BY_(own_uses_, function, owner __VA_OPT__(, ) __VA_ARGS__)

/* The same for one whose object has references to its arguments. */
#define OWN_MADE_WITH_(function, owner, ...)                                                       \
    OWN_MADE_BY_(own_held_, function, owner __VA_OPT__(, ) __VA_ARGS__)

#define OWN_MADE_BY_(uses, function, owner, ...)                                                   \
    __extension__({                                                                                \
        own_pool *own_owner_ = (owner);                                                            \
        void *own_made_;                                                                           \
        own_uses_(own_owner_);                                                                     \
        uses((void *)0 __VA_OPT__(, ) __VA_ARGS__);                                                \
        if (OWN_KNOWN_ZERO_((_Bool)own_owner_)) {                                                  \
            own_made_ = own_made_new_();                                                           \
            if (own_made_)                                                                         \
                *(int *)own_made_ = 1;                                                             \
        } else {                                                                                   \
            if (!own_owner_)                                                                       \
                __builtin_unreachable();                                                           \
            own_made_ = own_made_borrowed_();                                                      \
        }                                                                                          \
        (__typeof__(function(own_owner_ __VA_OPT__(, ) __VA_ARGS__)))own_made_;                    \
    })

/* The count of an object, as far as the analyser knows it: 1 after own_made_new_. Calls make it
   forget that, so it is stored again. */
#define OWN_INCREF_(object)                                                                        \
    __extension__({                                                                                \
        void *own_object_ = (object);                                                              \
        if (own_object_) {                                                                         \
            int own_count_ = *(int *)own_object_ + 1;                                              \
            own_object_ = CFown_retain(own_object_);                                               \
            *(int *)own_object_ = own_count_;                                                      \
        }                                                                                          \
        own_object_;                                                                               \
    })

#define OWN_DECREF_(object)                                                                        \
    __extension__({                                                                                \
        void *own_object_ = (object);                                                              \
        if (own_object_) {                                                                         \
            int own_count_ = *(int *)own_object_ - 1;                                              \
            if (OWN_KNOWN_ZERO_(own_count_)) {                                                     \
                own_released_last_(own_object_);                                                   \
            } else {                                                                               \
                own_released_(own_object_);                                                        \
                *(int *)own_object_ = own_count_;                                                  \
            }                                                                                      \
        }                                                                                          \
    })

/* A call that takes a reference of its own to an object if it succeeds; that takes the caller's
   over; that passes a pointer on, to be released elsewhere. `call` is not made, but its types are
   checked. What else it uses comes last. */
#define OWN_HOLDS_(call, object, ...)                                                              \
    OWN_IF_IT_SUCCEEDS_(own_held_(own_object_), call, object, __VA_ARGS__)
#define OWN_TAKES_(call, object, ...)                                                              \
    OWN_IF_IT_SUCCEEDS_((own_held_(own_object_), own_released_(own_object_)), call, object,        \
                        __VA_ARGS__)
#define OWN_PASSES_ON_(call, object, ...)                                                          \
    OWN_IF_IT_SUCCEEDS_((own_followed_no_further_ = own_object_), call, object, __VA_ARGS__)

#define OWN_IF_IT_SUCCEEDS_(effect, call, object, ...)                                             \
    __extension__({                                                                                \
        void *own_object_ = (void *)(object);                                                      \
        int own_result_ = sizeof(call) && own_any_() ? 0 : -1;                                     \
        own_uses_((void *)0, __VA_ARGS__);                                                         \
        if (own_result_ == 0)                                                                      \
            effect;                                                                                \
        own_result_;                                                                               \
    })

/* The object, or NULL. */
#define OWN_SAME_OR_NULL_(call, object, ...)                                                       \
    __extension__({                                                                                \
        void *own_object_ = sizeof(call) ? (void *)(object) : (void *)0;                           \
        own_uses_(own_object_, __VA_ARGS__);                                                       \
        own_any_() ? own_object_ : (void *)0;                                                      \
    })

/*
 * Calls that borrow their arguments, and return no pointer or a void *. The checker takes functions
 * with such names for what they are. For those that return other pointers, OWN_BORROWS says it.
 */
#define own_alloc CFown_alloc
#define own_alloc_aligned CFown_alloc_aligned
#define own_alloc_raw CFown_alloc_raw
#define own_array_assign CFown_array_assign
#define own_array_at CFown_array_at
#define own_array_count CFown_array_count
#define own_array_data CFown_array_data
#define own_array_fill CFown_array_fill
#define own_array_is_contiguous CFown_array_is_contiguous
#define own_array_is_readonly CFown_array_is_readonly
#define own_array_itemsize CFown_array_itemsize
#define own_array_ndim CFown_array_ndim
#define own_array_print CFown_array_print
#define own_array_resize CFown_array_resize
#define own_block_move CFown_block_move
#define own_block_size CFown_block_size
#define own_buffer_data CFown_buffer_data
#define own_buffer_resize CFown_buffer_resize
#define own_buffer_size CFown_buffer_size
#define own_contains CFown_contains
#define own_disown CFown_disown
#define own_drop CFown_drop
#define own_free CFown_free
#define own_holders CFown_holders
#define own_is_shared CFown_is_shared
#define own_list_clear CFown_list_clear
#define own_list_remove CFown_list_remove
#define own_list_size CFown_list_size
#define own_memdup CFown_memdup
#define own_move CFown_move
#define own_pool_blocks CFown_pool_blocks
#define own_pool_check CFown_pool_check
#define own_pool_children CFown_pool_children
#define own_pool_clear CFown_pool_clear
#define own_pool_collect CFown_pool_collect
#define own_pool_deferred CFown_pool_deferred
#define own_pool_is_ancestor CFown_pool_is_ancestor
#define own_pool_set_limit CFown_pool_set_limit
#define own_pool_set_name CFown_pool_set_name
#define own_pool_set_name_borrowed CFown_pool_set_name_borrowed
#define own_pool_total CFown_pool_total
#define own_pool_usage CFown_pool_usage
#define own_pool_walk CFown_pool_walk
#define own_realloc CFown_realloc
#define own_realloc_raw CFown_realloc_raw
#define own_rearm CFown_rearm
#define own_refcount CFown_refcount
#define own_report CFown_report
#define own_report_fd CFown_report_fd
#define own_report_tree CFown_report_tree
#define own_share CFown_share
#define own_undefer CFown_undefer

#endif

#endif
