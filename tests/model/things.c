/*
 * model/things.c - the library's side: objects, deferred calls, weak references.
 */
#include "things.h"

#include <stdio.h>

void *nodes[NODES];
int misuses;
char misuse_sentence[400];

struct thing {
    own_object header;
    own_object *field[FIELDS];
    int number;
    int unused[sizeof(void *) == 8 ? 1 : 2];
    own_object *tail[];
};
_Static_assert(offsetof(struct thing, tail) == sizeof(struct thing), "the tail is behind all");

static void finalize(void *self)
{
    const struct thing *thing = (const struct thing *)self;

    if (nodes[thing->number] != self)
        differs("the finalizer gets another object", thing->number);
    happened(FINALIZED, thing->number);
}

static const size_t refs[] = {offsetof(struct thing, field[0]), offsetof(struct thing, field[1]),
                              offsetof(struct thing, field[2]), OWN_REFS_END};
static const own_type types[2][2] = {
    {{.name = "plain", .size = sizeof(struct thing), .refs = refs},
     {.name = "finalized", .size = sizeof(struct thing), .refs = refs, .finalize = finalize}},
    {{.name = "tailed", .size = sizeof(struct thing), .refs = refs, .tail_refs = true},
     {.name = "tailed finalized",
      .size = sizeof(struct thing),
      .refs = refs,
      .finalize = finalize,
      .tail_refs = true}}};

const own_type *type(int finalizes)
{
    return &types[0][finalizes];
}

const own_type *tailed_type(int finalizes)
{
    return &types[1][finalizes];
}

size_t sized(int tail)
{
    return sizeof(struct thing) + (size_t)tail * sizeof(own_object *);
}

void *named(int to, void *object)
{
    if (object)
        ((struct thing *)object)->number = to;
    return object;
}

int type_number(int at)
{
    const own_type *of = own_typeof(nodes[at]);

    for (int i = 0; i < 4; i++)
        if (of == &types[i / 2][i % 2])
            return 100 + i;
    return of == own_pool_type()      ? POOL
           : of == own_weakref_type() ? WEAK
           : of == own_list_type()    ? LIST
           : of == own_buffer_type()  ? BUFFER
           : of == own_array_type()   ? ARRAY
                                      : -1;
}

static own_object **field(int object, int at)
{
    struct thing *thing = (struct thing *)nodes[object];

    return at < FIELDS ? &thing->field[at] : &thing->tail[at - FIELDS];
}

void set_field(int object, int at, int to)
{
    OWN_SET(*field(object, at), own_incref(node(to)));
}

own_object *get_field(int object, int at)
{
    return *field(object, at);
}

/* A dead object's address may be that of a new one. */
void *remember(int to, void *object)
{
    for (int i = 0; i < NODES; i++)
        if (nodes[i] == object)
            nodes[i] = NULL;
    return nodes[to] = object;
}

static int number_of(const void *object)
{
    for (int i = 0; i < NODES; i++)
        if (nodes[i] == object)
            return i;
    return NOBODY;
}

void *stop_after(int visits)
{
    static int left[64], next; /* calls within calls each have their own */

    next = (next + 1) % 64;
    left[next] = visits;
    return &left[next];
}

static int visit(int subject, void *left)
{
    happened(VISITED, subject);
    return --*(int *)left == 0 ? 7 : 0;
}

int visit_child(own_pool *child, void *arg)
{
    return visit(number_of(child), arg);
}

int visit_call(void (*call)(void *arg), void *arg, void *context)
{
    if (call != called)
        differs("the function of a deferred call", *(int *)arg);
    return visit(*(int *)arg, context);
}

int visit_object(void *object, int depth, void *arg)
{
    (void)depth;
    return visit(number_of(object), arg);
}

const char *borrowed(int name)
{
    static const char *const names[CALLS] = {"name 0", "name 1", "name 2", "name 3"};

    return names[name];
}

int name_is(int at, int name)
{
    char due[20];

    snprintf(due, sizeof due, "name %d", name);
    return strcmp(due, own_pool_name(pool(at))) == 0;
}

ptrdiff_t bound(size_t number)
{
    return number % 256 == 255 ? OWN_ABSENT : (ptrdiff_t)(number % 256) - 12;
}

ptrdiff_t step_of(size_t number)
{
    return (ptrdiff_t)(number / 256) - 3;
}

const void *byte(size_t value)
{
    static uint8_t bytes[256];

    bytes[value] = (uint8_t)value;
    return &bytes[value];
}

static int numbers[BLOCKS];
static int marks[CALLS];

void *number(int at)
{
    return &numbers[at];
}

void *mark(int call)
{
    return &marks[call];
}

void called(void *arg)
{
    happened(CALLED, *(int *)arg);
}

int user_is(int at, int user)
{
    return own_pool_user(pool(at)) == (user < 0 ? NULL : mark(user));
}

static void tell(own_weakref *ref, void *arg)
{
    int at = *(int *)arg;

    if (nodes[at] != ref || own_weakref_get(ref))
        differs("a weak reference was told wrongly", at);
    happened(TOLD, at);
}

void (*told(int has_call))(own_weakref *ref, void *arg)
{
    return has_call ? tell : NULL;
}

static void record_misuse(const char *sentence)
{
    misuses++;
    snprintf(misuse_sentence, sizeof misuse_sentence, "%s", sentence);
}

void things_begin(void)
{
    for (int i = 0; i < BLOCKS; i++)
        numbers[i] = i;
    for (int i = 0; i < CALLS; i++)
        marks[i] = i;
    own_set_misuse_handler(record_misuse);
}
