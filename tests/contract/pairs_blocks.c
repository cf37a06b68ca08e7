/*
 * pairs_blocks.c - the calls on blocks of one shared pool, for pairs.c.
 */
#include "pairs.h"

#include <stdarg.h>

static int visit_block(void *block, size_t size, void *arg)
{
    expect(block && size > 0);
    ++*(size_t *)arg;
    return 0;
}

static void free_with(void *memory, void *worker)
{
    expect(worker);
    free(memory);
}

static char *print(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *text = own_vasprintf(world.pool, format, arguments);
    va_end(arguments);
    return text;
}

static void call_own_alloc(struct worker *w)
{
    char *block = own_alloc(world.pool, 1, 40 + w->random % 5000);

    expect(block && block[39] == 0);
    expect(own_free(world.pool, block) == 0);
}

static void call_own_alloc_raw(struct worker *w)
{
    char *block = own_alloc_raw(world.pool, 10, 10 + w->random % 10);

    expect(block);
    expect(own_free(world.pool, block) == 0);
}

static void call_own_alloc_slow(struct worker *w)
{
    (void)w;
    char *block = own_alloc_slow(world.pool, 1, 70000);

    expect(block && block[69999] == 0);
    expect(own_free(world.pool, block) == 0);
}

static void call_own_alloc_raw_slow(struct worker *w)
{
    (void)w;
    char *block = own_alloc_raw_slow(world.pool, 1, 16);

    expect(block);
    expect(own_free(world.pool, block) == 0);
}

static void call_own_alloc_aligned(struct worker *w)
{
    (void)w;
    char *block = own_alloc_aligned(world.pool, 256, 1, 300);

    expect(block && (uintptr_t)block % 256 == 0);
    expect(own_free(world.pool, block) == 0);
}

static void call_own_bump_fits(struct worker *w)
{
    (void)w;
    expect(!own_bump_fits(world.pool, 16));
}

static void call_own_realloc(struct worker *w)
{
    (void)w;
    char *block = own_strdup(world.pool, "kept");
    char *larger = block ? own_realloc(world.pool, block, 1, 3000) : NULL;

    expect(larger && strcmp(larger, "kept") == 0 && larger[2999] == 0);
    expect(own_free(world.pool, larger) == 0);
}

static void call_own_realloc_raw(struct worker *w)
{
    (void)w;
    char *block = own_realloc_raw(world.pool, NULL, 10, 10000);
    char *smaller = block ? own_realloc_raw(world.pool, block, 1, 100) : NULL;

    expect(smaller && own_free(world.pool, smaller) == 0);
}

static void call_own_free(struct worker *w)
{
    (void)w;
    /* The block of whichever thread was here before. */
    char *block = own_alloc(world.pool, 1, 100);
    expect(block);
    block = __atomic_exchange_n(&world.handed, block, __ATOMIC_ACQ_REL);
    expect(!block || own_free(world.pool, block) == 0);
}

static void call_own_block_move(struct worker *w)
{
    (void)w;
    char *block = own_strdup(world.pool, "moved");
    char *there = block ? own_block_move(world.pool, world.other, block) : NULL;
    char *back = there ? own_block_move(world.other, world.pool, there) : NULL;

    expect(back && strcmp(back, "moved") == 0 && own_free(world.pool, back) == 0);
}

static void call_own_block_size(struct worker *w)
{
    (void)w;
    expect(own_block_size(world.pool, world.text) >= 5);
}

static void call_own_contains(struct worker *w)
{
    (void)w;
    expect(own_contains(world.pool, world.text) && !own_contains(world.pool, &world));
}

static void call_own_pool_of(struct worker *w)
{
    (void)w;
    expect(own_pool_of(world.text) == world.pool);
}

static void call_own_pool_blocks(struct worker *w)
{
    (void)w;
    size_t blocks = 0;

    expect(own_pool_blocks(world.pool, visit_block, &blocks) == 0 && blocks >= 1);
}

static void call_own_adopt(struct worker *w)
{
    (void)w;
    char *memory = malloc(77);

    expect(memory && own_adopt(world.pool, memory, 77, free) == 0);
    expect(own_block_size(world.pool, memory) == 77 && own_free(world.pool, memory) == 0);
}

static void call_own_adopt_with(struct worker *w)
{
    char *memory = malloc(7);

    expect(memory && own_adopt_with(world.pool, memory, 7, free_with, w) == 0);
    expect(own_free(world.pool, memory) == 0);
}

static void call_own_disown(struct worker *w)
{
    (void)w;
    char *memory = malloc(7);

    expect(memory && own_adopt(world.pool, memory, 7, free) == 0);
    expect(own_disown(world.pool, memory) == 0);
    free(memory);
}

static void call_own_strdup(struct worker *w)
{
    (void)w;
    char *block = own_strdup(world.pool, world.text);

    expect(block && strcmp(block, "text") == 0);
    expect(own_free(world.pool, block) == 0);
}

static void call_own_strndup(struct worker *w)
{
    (void)w;
    char *block = own_strndup(world.pool, world.text, 2);

    expect(block && strcmp(block, "te") == 0);
    expect(own_free(world.pool, block) == 0);
}

static void call_own_memdup(struct worker *w)
{
    (void)w;
    char *block = own_memdup(world.pool, world.text, 5);

    expect(block && strcmp(block, "text") == 0);
    expect(own_free(world.pool, block) == 0);
}

static void call_own_asprintf(struct worker *w)
{
    char *block = own_asprintf(world.pool, "%zu", w->number);

    expect(block);
    expect(own_free(world.pool, block) == 0);
}

static void call_own_vasprintf(struct worker *w)
{
    (void)w;
    char *block = print("%0300d", 1);

    expect(block && strlen(block) == 300);
    expect(own_free(world.pool, block) == 0);
}

static void call_own_asprintf_append(struct worker *w)
{
    (void)w;
    char *block = own_strdup(world.pool, "a");
    char *longer = block ? own_asprintf_append(world.pool, block, "%0200d", 1) : NULL;

    expect(longer && strlen(longer) == 201 && own_free(world.pool, longer) == 0);
}

static void call_own_chunks_fixed(struct worker *w)
{
    own_chunks chunks = own_chunks_fixed(w->region, sizeof w->region);
    void *own = chunks.get(chunks.ctx, 64, 16);
    void *one = world.chunks.get(world.chunks.ctx, 1024, 16);

    expect(own && one && own != one);
    chunks.put(chunks.ctx, own, 64);
    world.chunks.put(world.chunks.ctx, one, 1024);
}

static const struct pair_row rows[] = {
    {"own_alloc", call_own_alloc, BLOCKS},
    {"own_alloc_raw", call_own_alloc_raw, BLOCKS},
    {"own_alloc_slow", call_own_alloc_slow, BLOCKS},
    {"own_alloc_raw_slow", call_own_alloc_raw_slow, BLOCKS},
    {"own_alloc_aligned", call_own_alloc_aligned, BLOCKS},
    {"own_bump_fits", call_own_bump_fits, 0},
    {"own_realloc", call_own_realloc, BLOCKS},
    {"own_realloc_raw", call_own_realloc_raw, BLOCKS},
    {"own_free", call_own_free, BLOCKS},
    {"own_block_move", call_own_block_move, BLOCKS},
    {"own_block_size", call_own_block_size, 0},
    {"own_contains", call_own_contains, 0},
    {"own_pool_of", call_own_pool_of, 0},
    {"own_pool_blocks", call_own_pool_blocks, STILL},
    {"own_adopt", call_own_adopt, BLOCKS},
    {"own_adopt_with", call_own_adopt_with, BLOCKS},
    {"own_disown", call_own_disown, BLOCKS},
    {"own_strdup", call_own_strdup, BLOCKS},
    {"own_strndup", call_own_strndup, BLOCKS},
    {"own_memdup", call_own_memdup, BLOCKS},
    {"own_asprintf", call_own_asprintf, BLOCKS},
    {"own_vasprintf", call_own_vasprintf, BLOCKS},
    {"own_asprintf_append", call_own_asprintf_append, BLOCKS},
    {"own_chunks_fixed", call_own_chunks_fixed, 0},
};
const struct pair_rows pair_blocks = {rows, sizeof rows / sizeof rows[0]};
