/*
 * differential_calls.c - the calls of random programs. Each traces its arguments and its result.
 */
#include "differential.h"

static const char *const names[] = {"red", "green", "blue", "a somewhat longer name", ""};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static const char *a_name(void)
{
    return names[below(LENGTH(names))];
}

/* Mostly small; now and then larger than a pool or a limit. */
static size_t a_size(void)
{
    return below(20) == 0 ? 500 + below(3000) : below(90);
}

static int an_empty_slot(void)
{
    for (int i = 0; i < SLOTS; i++)
        if (!slots[i].chunk)
            return i;
    return -1;
}

/* A slot with a chunk, or -1. */
static int a_slot(void)
{
    size_t from = below(SLOTS);

    for (size_t i = 0; i < SLOTS; i++)
        if (slots[(from + i) % SLOTS].chunk)
            return (int)((from + i) % SLOTS);
    return -1;
}

static int a_string(void)
{
    size_t from = below(SLOTS);

    for (size_t i = 0; i < SLOTS; i++)
        if (slots[(from + i) % SLOTS].chunk && slots[(from + i) % SLOTS].kind == STRING)
            return (int)((from + i) % SLOTS);
    return -1;
}

/* A parent: mostly a chunk, else the base, else NULL. */
static void *a_parent(void)
{
    size_t choice = below(10);
    int slot = a_slot();

    return choice == 0 ? NULL : choice < 3 || slot < 0 ? base : slots[slot].chunk;
}

/* A parent that is neither the chunk nor below it. */
static void *a_parent_of(int chunk)
{
    void *parent = a_parent();
    int slot = slot_of(parent);

    return slot >= 0 && is_below(slot, chunk) ? base : parent;
}

static void make(void)
{
    int slot = an_empty_slot();
    void *parent = a_parent();
    size_t size = a_size();
    unsigned count = (unsigned)below(12);
    const char *name = a_name();
    size_t what = below(13);

    if (slot < 0)
        return;
    trace("make %zu in %s: ", what, label(parent));
    switch (what) {
    case 0:
        take(slot, talloc_named_const(parent, size, name), RAW);
        break;
    case 1:
        take(slot, talloc_size(parent, size), RAW);
        break;
    case 2:
        take(slot, talloc_named(parent, size, "%s %zu", name, size), RAW);
        break;
    case 3:
        take(slot, talloc_zero_size(parent, size), RAW);
        break;
    case 4:
        take(slot, talloc_array(parent, int, count), RAW);
        break;
    case 5:
        take(slot, talloc_zero_array(parent, double, count), RAW);
        break;
    case 6:
        take(slot, talloc_memdup(parent, name, strlen(name)), RAW);
        break;
    case 7:
        take(slot, talloc_new(parent), RAW);
        break;
    case 8:
        take(slot, talloc_strdup(parent, name), STRING);
        break;
    case 9:
        take(slot, talloc_strndup(parent, name, count), STRING);
        break;
    case 10:
        take(slot, talloc_asprintf(parent, "%s-%u", name, count), STRING);
        break;
    case 11:
        take(slot, talloc_init("top %s", name), RAW);
        break;
    default:
        take(slot, talloc_array_size(parent, 3, count), RAW);
    }
}

static void make_pool(void)
{
    int slot = an_empty_slot();
    void *parent = a_parent();
    size_t size = pools_are_small ? below(2000) : (size_t)1 << (20 + 3 * below(2));

    if (slot < 0 || !has_pools)
        return;
    trace("pool of %zu in %s: ", size, label(parent));
    if (below(2))
        take(slot, talloc_pool(parent, size), POOL);
    else
        take(slot, talloc_pooled_object(parent, long, (unsigned)below(6), size), POOL);
}

static void free_one(int slot)
{
    int result;

    trace("free %u:", slots[slot].id);
    result = talloc_free(slots[slot].chunk);
    trace(" = %d", result);
}

static void free_children(int slot)
{
    trace("free_children %u:", slots[slot].id);
    talloc_free_children(slots[slot].chunk);
}

static void steal(int slot)
{
    void *parent = a_parent_of(slot);
    char *chunk = slots[slot].chunk;

    trace("steal %u to %s:", slots[slot].id, label(parent));
    if (below(2)) {
        trace(" %d", talloc_move(parent, &chunk) == slots[slot].chunk && !chunk);
    } else {
        trace(" %d", talloc_steal(parent, chunk) == chunk);
    }
}

/* A chunk above another, sometimes; else any. */
static void *maybe_above(int slot)
{
    int other = a_slot();

    for (int i = 0; i < SLOTS && below(3); i++)
        if (slots[i].chunk && slots[slot].above >> i & 1)
            return slots[i].chunk;
    return below(3) ? talloc_parent(slots[slot].chunk) : below(3) ? NULL : slots[other].chunk;
}

static void reparent(int slot)
{
    void *old = maybe_above(slot), *parent = a_parent_of(slot);

    trace("reparent %u from %s to %s:", slots[slot].id, label(old), label(parent));
    trace(" %s", label(talloc_reparent(old, parent, slots[slot].chunk)));
}

static void reference(int slot)
{
    void *parent = a_parent_of(slot);

    trace("reference %s to %u:", label(parent), slots[slot].id);
    trace(" %s", label(talloc_reference(parent, slots[slot].chunk)));
}

static void increase(int slot)
{
    trace("increase %u:", slots[slot].id);
    trace(" %d", talloc_increase_ref_count(slots[slot].chunk));
}

static void unlink_one(int slot)
{
    void *parent = maybe_above(slot);
    int result;

    trace("unlink %u from %s:", slots[slot].id, label(parent));
    result = talloc_unlink(parent, slots[slot].chunk);
    trace(" = %d", result);
}

static void set_name(int slot)
{
    const char *name = a_name(), *result;

    trace("name %u %s:", slots[slot].id, name);
    if (below(2)) {
        talloc_set_name_const(slots[slot].chunk, name);
    } else {
        result = talloc_set_name(slots[slot].chunk, "%s %u", name, slots[slot].id);
        trace(" %s", result ? result : "failed");
    }
}

static void check_name(int slot)
{
    const char *name = below(4) ? a_name() : talloc_get_name(slots[slot].chunk), *parent;

    trace("check_name %u %s:", slots[slot].id, name);
    trace(" %s", label(talloc_check_name(slots[slot].chunk, name)));
    trace(" %d", talloc_get_type(slots[slot].chunk, int) != NULL);
    parent = talloc_parent_name(slots[slot].chunk);
    trace(" parent %s", parent ? parent : "NULL");
    trace(" %s", label(talloc_find_parent_byname(slots[slot].chunk, name)));
}

static void resize(int slot)
{
    struct slot *at = &slots[slot];
    size_t size = a_size(), how = below(4), old = talloc_get_size(at->chunk);
    void *context = talloc_parent(at->chunk), *chunk;
    const char *name = talloc_get_name(at->chunk), *new_name = "UNNAMED";

    trace("realloc %zu %u to %zu:", how, at->id, size);
    if (at->is_limited)
        return;
    if (how == 0) {
        chunk = talloc_realloc_fn(context, at->chunk, size);
    } else if (how == 1) {
        chunk = talloc_realloc(context, at->chunk, int, (unsigned)(size / sizeof(int)));
        new_name = "int";
    } else { /* on one line, which is the name */
        chunk = talloc_realloc_size(context, at->chunk, size), new_name = __location__;
    }
    trace(chunk ? " ok" : " NULL");
    if (!chunk)
        return;
    at->chunk = (char *)chunk;
    if (at->kind == RAW) {
        size = talloc_get_size(chunk);
        for (size_t i = 0; i < size && i < old; i++)
            if ((unsigned char)at->chunk[i] != (at->id & 255))
                trace(" BAD");
    }
    if (at->kind != STRING) {
        trace_new_name(at, old, name, new_name);
    } else {
        at->kind = RAW; /* its name may still be the string */
        talloc_set_name_const(chunk, "was a string");
    }
    fill(at);
}

static void append(int slot)
{
    struct slot *at = &slots[slot];
    const char *name = a_name();
    size_t how = below(6), count = below(8);
    char *chunk = at->chunk;

    trace("append %zu to %u:", how, at->id);
    if (strlen(chunk) > 200 || slots[slot].is_limited)
        return;
    if (chunk[0] && below(8) == 0)
        chunk[below(strlen(chunk))] = '\0';
    if (how == 0)
        chunk = talloc_strdup_append(chunk, name);
    else if (how == 1)
        chunk = talloc_strdup_append_buffer(chunk, name);
    else if (how == 2)
        chunk = talloc_strndup_append(chunk, name, count);
    else if (how == 3)
        chunk = talloc_strndup_append_buffer(chunk, name, count);
    else if (how == 4)
        chunk = talloc_asprintf_append(chunk, "%s%zu", name, count);
    else
        chunk = talloc_asprintf_append_buffer(chunk, "%zu%s", count, name);
    trace(chunk ? " ok" : " NULL");
    if (chunk)
        at->chunk = chunk;
}

static void add_to_string(int slot)
{
    char *chunk = slots[slot].chunk, *before = chunk;
    const char *name = a_name();

    trace("addbuf to %u:", slots[slot].id);
    if (strlen(chunk) > 200 || slots[slot].is_limited)
        return;
    talloc_asprintf_addbuf(&chunk, "+%s", name);
    trace(chunk ? " ok" : " NULL");
    if (chunk && slots[slot].chunk == before)
        slots[slot].chunk = chunk;
}

static void set_last_act(int slot)
{
    slots[slot].last_act = (enum last_act)below(LAST_ACTS);
    slots[slot].refusals = below(3) == 0;
    trace("last act of %u: %d %u", slots[slot].id, (int)slots[slot].last_act, slots[slot].refusals);
}

static void ask(int slot)
{
    const void *other = a_parent();

    trace("is_parent %s %u:", label(other), slots[slot].id);
    if (other)
        trace(" %d", talloc_is_parent(other, slots[slot].chunk));
    trace(" %d", talloc_is_parent(slots[slot].chunk, slots[slot].chunk));
}

/* Not where contexts get another parent, by a call or because they refuse to die: there libtalloc
   2.4.0 itself loses count of its limits, and aborts or hangs. Nor does one with a limit of its own
   change its size: libtalloc would then free its limit too early. */
static void limit(int slot)
{
    size_t bytes = below(4) ? 200 + below(3000) : 0;

    if (!has_limits)
        return;
    trace("limit of %u %zu:", slots[slot].id, bytes);
    trace(" %d", set_limit(slots[slot].chunk, bytes));
    slots[slot].is_limited = true;
}

static void report(int slot)
{
    char *text = NULL;
    size_t length = 0, how = below(5);
    FILE *file = open_memstream(&text, &length);
    const void *chunk = below(6) ? slots[slot].chunk : NULL;

    if (!file)
        abort();
    trace("report %zu on %s:\n", how, label(chunk));
    if (how == 0)
        talloc_report(chunk, file);
    else if (how == 1)
        talloc_report_full(chunk, file);
    else if (how == 2)
        talloc_report_depth_file(chunk, (int)below(2), (int)below(4) - 1, file);
    else
        talloc_show_parents(slots[slot].chunk, file);
    fclose(file);
    trace_text(text);
    free(text);
}

static void track(int slot)
{
    (void)slot;
    if (!has_tracking || below(4))
        return;
    if (below(2)) {
        trace("track");
        talloc_enable_null_tracking_no_autofree();
    } else {
        trace("do not track");
        talloc_disable_null_tracking();
    }
}

static void of_null(int slot)
{
    (void)slot;
    trace("of NULL: %d %d %d %d", talloc_free(NULL), talloc_unlink(base, NULL),
          talloc_steal(base, NULL) == NULL, talloc_reference(base, NULL) == NULL);
    talloc_free_children(NULL);
}

void random_call(void)
{
    static void (*const calls[])(int slot) = {
        free_one, free_one,  free_children, set_name, check_name,   resize,      resize, ask,
        limit,    report,    track,         of_null,  unlink_one,   unlink_one,  steal,  steal,
        reparent, reference, reference,     increase, set_last_act, set_last_act};
    const size_t still = 14; /* so many move nothing */
    int slot = a_slot(), string = a_string();
    size_t choice = below((has_limits ? still : LENGTH(calls)) + 14);

    if (slot < 0 || choice < 10)
        make();
    else if (choice == 10)
        make_pool();
    else if (choice < 14 && string >= 0)
        (choice < 13 ? append : add_to_string)(string);
    else if (choice >= 14)
        calls[choice - 14](slot);
}
