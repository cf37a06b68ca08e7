/*
 * model/things.h - the library's side: the objects, blocks and functions that the calls of
 * calls.def use, for real.c and for the programs that shrink.c writes.
 */
#ifndef MODEL_THINGS_H
#define MODEL_THINGS_H

#include <own.h>

#include "world.h"

/* By the model's numbers. */
extern void *nodes[NODES];
extern void *blocks[BLOCKS];
extern size_t sizes[BLOCKS];
extern int misuses;
extern char misuse_sentence[400];

/* What callbacks do: the program says so. */
void happened(enum event kind, int subject);

/* Something that no call returned was wrong. */
void differs(const char *what, long subject);

void things_begin(void);

static inline void *node(int at)
{
    return at < 0 ? NULL : nodes[at];
}
static inline own_pool *pool(int at)
{
    return (own_pool *)node(at);
}
static inline own_weakref *weakref(int at)
{
    return (own_weakref *)node(at);
}
static inline void *block(int at)
{
    return at < 0 ? NULL : blocks[at];
}

/* objects */
const own_type *type(int finalizes);
const own_type *tailed_type(int finalizes);
size_t sized(int tail);
void *named(int to, void *object);
int type_number(int at);
void set_field(int object, int at, int to);
own_object *get_field(int object, int at);

void *remember(int to, void *object);
static inline own_list *list(int at)
{
    return (own_list *)node(at);
}
static inline own_buffer *buffer(int at)
{
    return (own_buffer *)node(at);
}

/* arrays */
static inline own_array *array(int at)
{
    return (own_array *)node(at);
}
#define BYTE_FORMAT "B" /* no operand of a call */
#define SHAPE_1(rows, columns)                                                                     \
    (const size_t[])                                                                               \
    {                                                                                              \
        rows, columns                                                                              \
    }
#define SHAPE_2(rows, columns) SHAPE_1(rows, columns)
ptrdiff_t bound(size_t number); /* of a slice, or an index */
ptrdiff_t step_of(size_t number);
const void *byte(size_t value);

/* buffers */
void *filled(int to, own_buffer *buffer, bool zeroed);
void *memory_for(int to, size_t size);
void *taken_over(own_buffer *buffer); /* the memory is ours again where it is NULL */
void buffer_freed(void *memory);
int refilled(int at, size_t size, int result);
size_t checked_buffer(int at); /* its size */

/* visitors, and where they count the visits after which they end a call */
void *stop_after(int visits);
int visit_child(own_pool *child, void *arg);
int visit_call(void (*call)(void *arg), void *arg, void *context);
int visit_object(void *object, int depth, void *arg);

/* names */
int name_is(int at, int name);
int user_is(int at, int user);
const char *borrowed(int name);
const char *letters(size_t count);
const char *rest(size_t count, int from); /* of them */
void *text(int to, char *string, size_t length, size_t size);

/* deferred calls and weak references: an argument for each number */
void called(void *mark);
void *mark(int call);
void *number(int at);
void (*told(int has_call))(own_weakref *ref, void *arg);

/* blocks: of how many bytes, which are checked and filled; NULL is passed on */
const own_pool_options *options(int kind, size_t reserve);
void *zeroed(int to, void *memory, size_t size);
void *fresh(int to, void *memory, size_t size);
void *aligned(int to, void *memory, size_t size, int log);
void *copied(int to, void *memory, int from, size_t common, size_t size);
void *resized(int at, void *memory, size_t asked, size_t size, bool zero);
void *checked(int at);
void *inside(int at, size_t offset);
void *foreign(int to, size_t size);
int adopted(int to, int result);
int disowned(int at, int result);
void freed(void *memory);
void freed_with(void *memory, void *arg);

#endif
