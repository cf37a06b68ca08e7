/*
 * differential.c - runs random programs, and prints for each a line: its seed and a sum of its
 * trace, or with -v the trace itself. The results of the two builds must be the same.
 *
 *   differential [-v] first-seed programs calls
 */
#include "differential.h"

#include <stdarg.h>

struct slot slots[SLOTS];
void *base;
bool has_pools, has_limits, has_tracking, pools_are_small;

static uint64_t state, sum;
static bool is_verbose;
static unsigned ids;
static void *spares[SPARES], *spare_parent;

uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1d;
}

size_t below(size_t bound)
{
    return (size_t)((next_random() >> 33) % bound);
}

static void add(const char *text)
{
    if (is_verbose)
        fputs(text, stdout);
    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * 0x100000001b3;
}

void trace(const char *format, ...)
{
    char text[2000];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    add(text);
}

void trace_text(const char *text)
{
    char out[2] = "";

    while (*text) {
        if (text[0] == '0' && text[1] == 'x') {
            text += 2 + strspn(text + 2, "0123456789abcdef");
            add("address");
        } else {
            out[0] = *text++;
            add(out);
        }
    }
}

int slot_of(const void *chunk)
{
    for (int i = 0; chunk && i < SLOTS; i++)
        if (slots[i].chunk == chunk)
            return i;
    return -1;
}

const char *label(const void *chunk)
{
    static char texts[4][24];
    static unsigned turn;
    char *text = texts[turn++ % 4];
    int slot = slot_of(chunk);

    if (slot >= 0)
        snprintf(text, sizeof texts[0], "%u", slots[slot].id);
    else
        snprintf(text, sizeof texts[0], "%s", !chunk ? "NULL" : chunk == base ? "base" : "other");
    return text;
}

void fill(const struct slot *slot)
{
    if (slot->kind == RAW && talloc_get_size(slot->chunk))
        memset(slot->chunk, (int)(slot->id & 255), talloc_get_size(slot->chunk));
}

/*
 * Traces the name that talloc_realloc has left. A chunk that grows in a talloc_pool gets the new
 * name if it moves or is the only one there, else it keeps the old one. So where others lie beside
 * it, the name shows whether the pool had room, and when a pool is full depends on the size of a
 * header, which is not the same in the two libraries. There either name will do, and the chunk is
 * given one. The pools of half the programs are never full: all names are traced there.
 */
void trace_new_name(const struct slot *slot, size_t old_size, const char *old, const char *new)
{
    const char *name = talloc_get_name(slot->chunk);

    if (!pools_are_small || !slot->may_be_pooled || talloc_get_size(slot->chunk) <= old_size) {
        trace(" '%s'", name);
        return;
    }
    trace(strcmp(name, old) == 0 || strcmp(name, new) == 0 ? " old or new" : " '%s'", name);
    talloc_set_name_const(slot->chunk, "grown");
}

static void act(struct slot *slot)
{
    char *chunk = slot->chunk;

    if (slot->last_act == FREE_ITSELF)
        trace(" itself %d", talloc_free(chunk));
    if (slot->last_act == NAME_ITSELF)
        talloc_set_name_const(chunk, "dying");
    if (slot->last_act == FREE_SPARE) {
        void **spare = &spares[slot->id % SPARES];
        trace(" spare %d", *spare ? talloc_free(*spare) : 1);
        *spare = NULL;
    }
    for (int i = 0; slot->last_act == STEAL_CHILD && i < SLOTS; i++) {
        if (slots[i].chunk && talloc_parent(slots[i].chunk) == chunk) {
            trace(" saves %u", slots[i].id);
            talloc_steal(base, slots[i].chunk);
            break;
        }
    }
}

/* The destructor of all chunks with a slot. */
static int die(char *chunk)
{
    struct slot *slot = &slots[slot_of(chunk)];

    trace(" ~%u", slot->id);
    if (slot->refusals) {
        slot->refusals--;
        trace("!");
        return -1;
    }
    act(slot);
    slot->chunk = NULL;
    return 0;
}

void take(int slot, void *chunk, enum kind kind)
{
    trace(chunk ? "%u" : "failed", ids);
    if (!chunk)
        return;
    int parent = slot_of(talloc_parent(chunk));
    bool may_be_pooled = parent >= 0 && (slots[parent].kind == POOL || slots[parent].may_be_pooled);
    slots[slot] = (struct slot){
        .chunk = (char *)chunk, .kind = kind, .id = ids++, .may_be_pooled = may_be_pooled};
    talloc_set_destructor(slots[slot].chunk, die);
    fill(&slots[slot]);
}

/* The walk over a tree: each chunk is traced, and the slots learn what is above them. */
struct walk {
    const void *path[64]; /* by depth */
};

static void visit(const void *chunk, int depth, int max_depth, int is_reference, void *arg)
{
    struct walk *walk = (struct walk *)arg;
    int slot = slot_of(chunk), parent = depth ? slot_of(walk->path[depth - 1]) : -1;

    (void)max_depth;
    if (depth >= 64)
        abort();
    if (!is_reference)
        walk->path[depth] = chunk;
    trace("%*s%s%s", depth, "", is_reference ? ">" : "", label(chunk));
    if (slot >= 0 && parent >= 0)
        slots[slot].above |= (uint32_t)1 << parent;
    if (!is_reference)
        trace(" '%s'", talloc_get_name(chunk));
    trace(";");
}

static void look_at(const struct slot *slot)
{
    const unsigned char *chunk = (const unsigned char *)slot->chunk;
    size_t size = talloc_get_size(chunk), seen = 0;
    void *parent = talloc_parent(chunk);

    trace(" %u: %zu refs %zu parent %s", slot->id, size, talloc_reference_count(chunk),
          label(parent));
    if (slot->kind == STRING)
        trace(" %s", slot->chunk);
    for (size_t i = 0; slot->kind == RAW && i < size; i++)
        seen += chunk[i] != (slot->id & 255);
    trace(seen ? " BAD" : "");
    trace("\n");
}

static void look(void)
{
    struct walk walk;

    trace("\n");
    for (int i = 0; i < SLOTS; i++)
        slots[i].above = 0;
    talloc_report_depth_cb(base, 0, -1, visit, &walk);
    trace(" %zu in %zu\n", talloc_total_size(base), talloc_total_blocks(base));
    for (int i = 0; i < SLOTS; i++) {
        const void *parent = slots[i].chunk ? talloc_parent(slots[i].chunk) : base;
        if (parent == base || slot_of(parent) >= 0)
            continue;
        talloc_report_depth_cb(slots[i].chunk, 0, -1, visit, &walk);
        trace(" %zu in %zu\n", talloc_total_size(slots[i].chunk),
              talloc_total_blocks(slots[i].chunk));
    }
    trace(" NULL %zu in %zu\n", talloc_total_size(NULL), talloc_total_blocks(NULL));
    for (int i = 0; i < SLOTS; i++)
        if (slots[i].chunk)
            look_at(&slots[i]);
}

bool is_below(int parent, int chunk)
{
    uint32_t met = (uint32_t)1 << parent, before = 0;

    while (met != before) {
        before = met;
        for (int i = 0; i < SLOTS; i++)
            if (slots[i].chunk && met >> i & 1)
                met |= slots[i].above;
    }
    return met >> chunk & 1;
}

/* Frees the chunks: what has references loses them first. */
static void finish(void)
{
    trace("end\n");
    talloc_disable_null_tracking(); /* so that all that has no parent is alike */
    look();
    for (int i = 0; i < SLOTS; i++) {
        slots[i].refusals = 0;
        if (slots[i].last_act == STEAL_CHILD)
            slots[i].last_act = NOTHING; /* the base dies too */
        for (int j = 0; slots[i].chunk && j < SLOTS; j++)
            while (slots[i].chunk && slots[j].chunk && talloc_reference_count(slots[i].chunk) &&
                   slots[i].above >> j & 1 && talloc_parent(slots[i].chunk) != slots[j].chunk &&
                   talloc_unlink(slots[j].chunk, slots[i].chunk) == 0)
                ;
        while (slots[i].chunk && talloc_reference_count(slots[i].chunk) &&
               talloc_unlink(NULL, slots[i].chunk) == 0)
            ;
    }
    look();
    trace("base %d", talloc_free(base));
    for (int i = 0; i < SLOTS; i++)
        while (slots[i].chunk && talloc_free(slots[i].chunk) &&
               talloc_reference_count(slots[i].chunk) && talloc_unlink(NULL, slots[i].chunk) == 0)
            ;
    for (int i = 0; i < SLOTS; i++)
        if (slots[i].chunk)
            abort(); /* the driver has lost count */
    trace(" spares %d", talloc_free(spare_parent));
    trace(" NULL %zu in %zu\n", talloc_total_size(NULL), talloc_total_blocks(NULL));
}

static void run(uint64_t seed, unsigned calls)
{
    state = seed * 0x9e3779b97f4a7c15 + 1;
    sum = 0xcbf29ce484222325;
    ids = 1;
    memset(slots, 0, sizeof slots);
    has_pools = below(2);
    pools_are_small = below(2);
    has_limits = !has_pools && below(2);
    has_tracking = below(3) == 0;
    if (has_tracking && below(2))
        talloc_enable_null_tracking_no_autofree();
    base = talloc_named_const(NULL, 0, "base");
    spare_parent = talloc_named_const(NULL, 0, "spares");
    for (int i = 0; i < SPARES; i++)
        spares[i] = talloc_named_const(spare_parent, (size_t)i, "spare");
    for (unsigned i = 0; i < calls; i++) {
        trace("%u. ", i);
        random_call();
        look();
    }
    finish();
}

static void log_message(const char *message)
{
    const char *at = strstr(message, " at "), *file = at ? strrchr(at, '/') : NULL;

    file = file ? file + 1 : at ? at + 4 : "";
    trace(" log: %.*s at ", at ? (int)(at - message) : (int)strlen(message), message);
    trace("%s", strncmp(file, "differential", 12) == 0 ? file : "a place in the library\n");
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "-v") == 0) {
        is_verbose = true;
        setvbuf(stdout, NULL, _IOLBF, 0);
        count--;
        arguments++;
    }
    if (count != 4) {
        fputs("usage: differential [-v] first-seed programs calls\n", stderr);
        return 2;
    }
    uint64_t first = strtoull(arguments[1], NULL, 10), programs = strtoull(arguments[2], NULL, 10);
    unsigned calls = (unsigned)strtoul(arguments[3], NULL, 10);

    talloc_set_log_fn(log_message);
    for (uint64_t i = 0; i < programs; i++) {
        run(first + i, calls);
        printf("%s%llu %016llx\n", is_verbose ? "sum " : "", (unsigned long long)(first + i),
               (unsigned long long)sum);
        fflush(stdout);
    }
    return 0;
}
