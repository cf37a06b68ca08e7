/*
 * every_setting.c - the setting of every.h: made, ended, and looked at.
 */
#include "every.h"

#include "chunk/chunk.h"

const own_type thing_type = {.name = "thing", .size = 200};
char call_argument;
size_t callbacks, told;

void count_callback(void *arg)
{
    (void)arg;
    callbacks++;
}

void count_freed(void *memory, void *ctx)
{
    (void)ctx;
    callbacks++;
    free(memory);
}

static void be_told(own_pool *pool, int error, size_t bytes)
{
    (void)bytes;
    expect(pool && error == ENOMEM);
    told++;
}

/* What allocators and chunks of settings are asked for. */
static struct {
    enum from from;
    long n;
    bool once;
    long failures;
    size_t live;
} source;

void source_fail(enum from from, long n, bool once)
{
    source.from = from;
    source.n = n;
    source.once = once;
    source.failures = 0;
}

long source_failures(void)
{
    return source.failures;
}

size_t source_live(void)
{
    return source.live;
}

static bool fails(enum from from)
{
    if (source.from != from || source.n == 0)
        return false;
    if (source.n > 1) {
        source.n--;
        return false;
    }
    source.failures++;
    if (source.once)
        source.n = 0;
    return true;
}

static void *source_alloc(void *ctx, size_t size)
{
    expect(ctx == &source);
    if (fails(FROM_ALLOCATOR))
        return NULL;
    __atomic_add_fetch(&source.live, 1, __ATOMIC_RELAXED); /* threads make parts at once */
    return malloc(size);
}

static void source_free(void *ctx, void *memory)
{
    expect(ctx == &source);
    __atomic_sub_fetch(&source.live, 1, __ATOMIC_RELAXED);
    free(memory);
}

static void *source_get(void *ctx, size_t size, size_t alignment)
{
    expect(ctx == &source);
    if (fails(FROM_CHUNKS))
        return NULL;
    __atomic_add_fetch(&source.live, 1, __ATOMIC_RELAXED);
    return aligned_alloc(alignment, size);
}

static void source_put(void *ctx, void *memory, size_t size)
{
    (void)size;
    source_free(ctx, memory);
}

static void exhaust(own_pool *pool, enum from from)
{
    chunk_fail_after(1);
    source_fail(from, 1, false);
    for (size_t size = 4096; size >= 16; size /= 2)
        while (own_alloc(pool, 1, size))
            ;
    chunk_fail_after(0);
    source_fail(from, 0, false);
}

static own_pool *make_pool(own_pool *owner, const struct kind *kind, const char *name)
{
    static const own_allocator allocator = {
        .alloc = source_alloc, .free = source_free, .ctx = &source};
    static const own_chunks chunks = {.get = source_get, .put = source_put, .ctx = &source};
    own_pool_options options = {.name = name, .failed = be_told};

    if (kind->from == FROM_ALLOCATOR)
        options.allocator = &allocator;
    if (kind->from == FROM_CHUNKS && !owner)
        options.chunks = &chunks;
    own_pool *pool = own_pool_create(owner, &options);
    expect(pool != NULL);
    return pool;
}

static void make_objects(struct setting *setting)
{
    const size_t shape[] = {20, 30};

    setting->probe = own_new(NULL, &thing_type);
    setting->loose = own_new(NULL, &thing_type);
    setting->held = own_new(setting->pool, &thing_type);
    setting->ref = own_weakref_new(NULL, setting->probe, NULL, NULL);
    setting->list = own_list_new(NULL);
    setting->buffer = own_buffer_new(setting->other, 30, 100);
    setting->array = own_array_new(setting->other, "d", OWN_C_ORDER, 2, shape);
    setting->view = own_array_transpose(setting->other, setting->array);
    expect(setting->probe && setting->loose && setting->held && setting->ref && setting->list);
    expect(setting->buffer && setting->array && setting->view);
    own_incref(setting->buffer);
    own_incref(setting->array);
    own_incref(setting->view);
    expect(own_array_export(setting->array, &setting->exported) == 0);
    expect(own_hold(setting->pool, setting->held) == 0);
    chunk_fail_after(1);
    for (bool fits = true; fits;) /* until the list has no room */
        fits = own_list_append(setting->list, setting->loose) == 0;
    chunk_fail_after(0);
    expect(own_list_append(setting->list, setting->loose) == 0);
    chunk_fail_after(1);
    while (own_list_append(setting->list, setting->loose) == 0)
        ;
    chunk_fail_after(0);
}

void make_setting(struct setting *setting, const struct kind *kind)
{
    memset(setting, 0, sizeof *setting);
    setting->kind = kind;
    setting->root = make_pool(NULL, kind, "root");
    expect(own_pool_set_limit(setting->root, 64 * MIB) == 0);
    setting->pool = make_pool(setting->root, kind, "pool");
    setting->other = make_pool(setting->root, kind, "other");
    setting->stray = own_pool_new_at(NULL, "stray");
    expect(own_pool_new_at(setting->stray, "child of stray") != NULL);
    make_objects(setting);
    setting->memory = malloc(5000);
    setting->adopted = malloc(3000);
    expect(setting->memory && setting->adopted);
    memset(setting->adopted, 'a', 3000);
    expect(own_adopt_with(setting->pool, setting->adopted, 3000, count_freed, NULL) == 0);
    setting->text = own_strdup(setting->pool, "text");
    setting->large = own_alloc(setting->pool, 1, 100000);
    expect(setting->text && setting->large);
    if (kind->is_shared) {
        expect(own_share(setting->root) == 0 && own_share(setting->probe) == 0);
        expect(own_share(setting->array) == 0 && own_share(setting->view) == 0);
    }
    expect(own_defer(setting->pool, count_callback, &call_argument) == 0);
    setting->out = open_memstream(&setting->written, &setting->written_size);
    expect(setting->out != NULL);
    exhaust(setting->pool, kind->from);
    own_collect(); /* its tables of notes are there from now on */
    callbacks = told = 0;
}

void end_setting(struct setting *setting)
{
    own_decref(setting->result);
    own_array_release(&setting->exported);
    own_decref(setting->view);
    own_decref(setting->array);
    own_decref(setting->buffer);
    if (own_incref(setting->cycle))
        own_list_clear(setting->cycle);
    own_decref(setting->cycle);
    own_decref(setting->list);
    own_decref(setting->ref);
    own_decref(setting->probe);
    own_decref(setting->loose);
    own_decref(setting->stray);
    own_decref(setting->root);
    fclose(setting->out);
    free(setting->written);
    free(setting->memory);
}

/* FNV-1a */
static uint64_t add_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * 0x100000001b3;
    return hash;
}

void take_picture(struct picture *picture, const struct setting *setting)
{
    own_pool *const pools[] = {setting->root, setting->pool, setting->other, setting->stray};
    void *const objects[] = {setting->probe,  setting->loose, setting->held, setting->list,
                             setting->buffer, setting->array, setting->view, setting->ref};
    own_usage *usage;

    memset(picture, 0, sizeof *picture);
    for (int i = 0; i < 4; i++) {
        own_pool_usage(pools[i], usage = &picture->usages[i]);
        usage->peak = 0; /* a try may have raised it */
        picture->contents =
            add_bytes(picture->contents, own_pool_name(pools[i]), strlen(own_pool_name(pools[i])));
    }
    own_pool_total(setting->root, &picture->totals[0]);
    own_pool_total(setting->stray, &picture->totals[1]);
    picture->totals[0].peak = picture->totals[1].peak = 0;
    for (int i = 0; i < 8; i++)
        picture->references[i] = own_refcount(objects[i]);
    picture->sizes[0] = own_block_size(setting->pool, setting->text);
    picture->sizes[1] = own_block_size(setting->pool, setting->large);
    picture->sizes[2] = own_block_size(setting->pool, setting->adopted);
    picture->sizes[3] = own_list_size(setting->list);
    picture->sizes[4] = own_buffer_size(setting->buffer);
    picture->sizes[5] = own_array_count(setting->array);
    picture->sizes[6] = setting->cycle ? own_list_size(setting->cycle) : 0;
    uint64_t hash = picture->contents;
    hash = add_bytes(hash, setting->text, picture->sizes[0]);
    hash = add_bytes(hash, setting->large, 1000);
    hash = add_bytes(hash, setting->adopted, 3000);
    hash = add_bytes(hash, own_buffer_data(setting->buffer), 3000);
    hash = add_bytes(hash, own_array_data(setting->array), sizeof(double) * 600);
    hash = add_bytes(hash, own_array_shape(setting->array), 2 * sizeof(size_t));
    picture->contents = hash;
    picture->callbacks = callbacks;
    picture->places[0] = own_buffer_data(setting->buffer);
    picture->places[1] = own_array_data(setting->array);
    picture->places[2] = own_pool_parent(setting->pool);
    picture->places[3] = own_pool_parent(setting->stray);
    picture->live_bytes = chunk_live_bytes();
    picture->source_live = source.live;
}

const char *compare_pictures(const struct picture *before, const struct picture *after,
                             unsigned traces)
{
    struct picture one = *before, two = *after;

    if (traces & TRACE_MEMORY) {
        for (int i = 0; i < 4; i++)
            one.usages[i].reserved = two.usages[i].reserved = 0;
        for (int i = 0; i < 2; i++)
            one.totals[i].reserved = two.totals[i].reserved = 0;
        one.live_bytes = two.live_bytes = one.source_live = two.source_live = 0;
    }
    for (int i = 0; i < 4; i++)
        if (one.usages[i].reserved != two.usages[i].reserved)
            return "the memory reserved";
    return memcmp(one.usages, two.usages, sizeof one.usages) != 0          ? "what a pool owns"
           : memcmp(one.totals, two.totals, sizeof one.totals) != 0        ? "a total"
           : memcmp(one.references, two.references, sizeof one.references) ? "a count"
           : memcmp(one.sizes, two.sizes, sizeof one.sizes) != 0           ? "a size"
           : one.contents != two.contents                                  ? "contents"
           : one.callbacks != two.callbacks                                ? "what was called"
           : one.live_bytes != two.live_bytes                              ? "the memory in use"
           : memcmp(&one, &two, sizeof one) != 0                           ? "something"
                                                                           : NULL;
}
