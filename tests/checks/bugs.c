/*
 * tests/checks/bugs.c - programs with one bug each, for tests/checks.sh: bugs NUMBER.
 *
 * Ends with 0 if nobody minds, with ANSWERED if a call of the library has answered with an error,
 * and with SHOWN if what was read is a pattern that no program would take for its own data. With no
 * number it lists all bugs. Buggy accesses are volatile, so that no compiler drops them.
 */
#include <own.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWERED 3
#define SHOWN 4
#define SIZE ((size_t)112)
#define LARGE ((size_t)300000)

struct world {
    own_pool *pool;
    own_pool *child;
    volatile unsigned char *block;     /* SIZE bytes, of pool */
    volatile unsigned char *neighbour; /* the same */
};

struct thing {
    own_object object;
    int numbers[10];
};

static const own_type thing_type = {.name = "thing", .size = sizeof(struct thing)};

/* Frees a block of the library as a program does that does not look at its answer. */
static int answer_of(int result)
{
    return result == -1 && errno == EINVAL ? ANSWERED : 0;
}

static int is_pattern(unsigned byte)
{
    return byte == 0xcd || byte == 0xdd || byte == 0xfd ? SHOWN : 0;
}

static int write_behind(struct world *world)
{
    world->block[SIZE] = 1;
    return 0;
}

static int read_behind(struct world *world)
{
    return is_pattern(world->block[SIZE]);
}

static int write_before(struct world *world)
{
    world->neighbour[-1] = 1;
    return 0;
}

static int write_rounding(struct world *world)
{
    volatile char *block = own_alloc(world->pool, 1, 100);
    block[100] = 1;
    return 0;
}

static int write_behind_large(struct world *world)
{
    volatile char *block = own_alloc(world->pool, 1, LARGE);
    block[LARGE] = 1;
    return 0;
}

static int read_freed(struct world *world)
{
    own_free(world->pool, (void *)(uintptr_t)world->block);
    return is_pattern(world->block[40]);
}

static int write_freed(struct world *world)
{
    own_free(world->pool, (void *)(uintptr_t)world->block);
    world->block[40] = 1;
    return 0;
}

static int free_twice(struct world *world)
{
    own_free(world->pool, (void *)(uintptr_t)world->block);
    return answer_of(own_free(world->pool, (void *)(uintptr_t)world->block));
}

static int free_inside(struct world *world)
{
    return answer_of(own_free(world->pool, (void *)(uintptr_t)(world->block + 16)));
}

static int free_elsewhere(struct world *world)
{
    return answer_of(own_free(world->child, (void *)(uintptr_t)world->block));
}

static int read_after_pool(struct world *world)
{
    own_decref(world->pool);
    unsigned byte = world->block[40];
    world->pool = NULL;
    return is_pattern(byte);
}

static int write_after_pool(struct world *world)
{
    own_decref(world->pool);
    world->block[40] = 1;
    world->pool = NULL;
    return 0;
}

static int allocate_after_pool(struct world *world)
{
    own_decref(world->pool);
    void *block = own_alloc(world->pool, 1, SIZE);
    world->pool = NULL;
    return block ? 0 : answer_of(-1);
}

static int write_resized(struct world *world)
{
    void *block = own_realloc(world->pool, (void *)(uintptr_t)world->block, 1, 10 * SIZE);
    world->block[40] = 1;
    return block ? 0 : 1;
}

/* What follows is done in a function of its own, and the stack is written over after it, so that no
   pointer is left there. */
static __attribute__((noinline)) void lose_pool(void)
{
    own_pool *lost = own_pool_create(NULL, &(own_pool_options){.name = "lost"});
    memset(own_alloc(lost, 1, SIZE), 1, SIZE);
}

static __attribute__((noinline)) void lose_object(void)
{
    struct thing *thing = own_new(NULL, &thing_type);
    thing->numbers[0] = 1;
}

static __attribute__((noinline)) void lose_adopted(void)
{
    own_pool *lost = own_pool_create(NULL, &(own_pool_options){.name = "lost"});
    if (own_adopt(lost, malloc(777), 777, free) < 0)
        exit(1);
}

static __attribute__((noinline)) void write_over_stack(void)
{
    volatile char bytes[8192];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = 0;
}

static int leak_pool(struct world *world)
{
    (void)world;
    lose_pool();
    write_over_stack();
    return 0;
}

static int leak_object(struct world *world)
{
    (void)world;
    lose_object();
    write_over_stack();
    return 0;
}

static int leak_adopted(struct world *world)
{
    (void)world;
    lose_adopted();
    write_over_stack();
    return 0;
}

static int read_unwritten(struct world *world)
{
    volatile unsigned char *block = own_alloc_raw(world->pool, 1, SIZE);
    if (block[40] == 7)
        puts("seven");
    return is_pattern(block[40]);
}

static int overflow_string(struct world *world)
{
    char *string = own_strdup(world->pool, "0123456789");
    const char *more = getenv("PATH");
    strncpy(string + 8, more ? more : "????", 4);
    return 0;
}

static int release_twice(struct world *world)
{
    own_pool *pool = world->pool;
    world->pool = NULL;
    own_decref(pool);
    own_decref(pool);
    return 0;
}

/* Two threads, one after the other, but nothing that would order them. */
static int first_is_done;

static void *allocate(void *arg)
{
    struct world *world = arg;
    void *block = own_alloc(world->pool, 1, SIZE);
    __atomic_store_n(&first_is_done, 1, __ATOMIC_RELAXED);
    return block;
}

static void *count(void *arg)
{
    struct world *world = arg;
    own_incref(world->pool);
    own_decref(world->pool);
    __atomic_store_n(&first_is_done, 1, __ATOMIC_RELAXED);
    return NULL;
}

static int race(struct world *world, void *(*first)(void *))
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, first, world) != 0)
        return 1;
    while (!__atomic_load_n(&first_is_done, __ATOMIC_RELAXED))
        usleep(1000);
    first(world);
    pthread_join(thread, NULL);
    return 0;
}

static int allocate_in_threads(struct world *world)
{
    return race(world, allocate);
}

static int count_in_threads(struct world *world)
{
    return race(world, count);
}

static const struct {
    const char *what;
    int (*run)(struct world *world);
} bugs[] = {
    {"writes a byte past a block of 112", write_behind},
    {"reads a byte past a block of 112", read_behind},
    {"writes a byte in front of a block", write_before},
    {"writes a byte past 100, in the rounding", write_rounding},
    {"writes a byte past a block of 300,000", write_behind_large},
    {"reads a block after own_free", read_freed},
    {"writes to a block after own_free", write_freed},
    {"frees a block twice", free_twice},
    {"frees an address inside a block", free_inside},
    {"frees a block of another pool", free_elsewhere},
    {"reads a block after the pool's death", read_after_pool},
    {"writes to a block after the pool's death", write_after_pool},
    {"allocates from a dead pool", allocate_after_pool},
    {"writes through a pointer from before own_realloc", write_resized},
    {"loses a root pool", leak_pool},
    {"loses an object", leak_object},
    {"loses a pool with adopted memory of malloc", leak_adopted},
    {"reads what it has not written", read_unwritten},
    {"writes past the end of a string", overflow_string},
    {"releases a pool once too often", release_twice},
    {"allocates in a confined pool in two threads", allocate_in_threads},
    {"counts a confined pool in two threads", count_in_threads},
};

#define BUGS (sizeof(bugs) / sizeof(*bugs))

static int run(size_t number)
{
    struct world world = {.pool = own_pool_create(NULL, &(own_pool_options){.name = "outer"})};
    world.child = own_pool_create(world.pool, &(own_pool_options){.name = "inner"});
    world.block = own_alloc(world.pool, 1, SIZE);
    world.neighbour = own_alloc(world.pool, 1, SIZE);
    int result = bugs[number].run(&world);
    own_decref(world.pool);
    return result;
}

int main(int argc, char **argv)
{
    size_t number = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    for (size_t i = 0; i < BUGS && argc < 2; i++)
        printf("%zu %s\n", i + 1, bugs[i].what);
    return number - 1 < BUGS ? run(number - 1) : argc > 1;
}
