/*
 * differential.c - random programs of calls to APR's pools, and a trace of all that they see. It is
 * built with libapr-1 and with libown-apr; differential.sh compares the traces.
 *
 *   differential hashes FIRST COUNT CALLS   a line for each program: its seed, and a hash
 *   differential trace SEED CALLS           the trace of one
 *
 * The programs do nothing that APR leaves undefined: no pool is destroyed by what runs in it or
 * below it, and a cleanup destroys the subpools that it makes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "differential.h"

/* Calls that make a pool */
static void create(int parent)
{
    int place = free_place();
    apr_pool_t *above = parent < 0 ? NULL : world.pools[parent].handle, *pool = NULL;
    apr_abortfunc_t abort = NULL;
    apr_status_t status;

    if (place < 0)
        return;
    switch (below(4)) {
    case 0:
        abort = any_abort();
        status = apr_pool_create_ex(&pool, above, abort, NULL);
        break;
    case 1:
        status = apr_pool_create_ex_debug(&pool, above, NULL, NULL, APR_POOL__FILE_LINE__);
        break;
    default:
        status = apr_pool_create(&pool, above);
    }
    must(pool != NULL);
    enter_pool(place, pool, parent, false);
    say("create %d: %d, parent %d, abort %d", world.pools[place].name, status,
        name_of(apr_pool_parent_get(pool)), abort_name(place));
}

static void create_unmanaged(void)
{
    int place = free_place();
    apr_pool_t *pool = NULL;
    apr_status_t status;

    if (place < 0)
        return;
    if (below(2))
        status = apr_pool_create_unmanaged(&pool);
    else
        status = apr_pool_create_core_ex(&pool, any_abort(), NULL);
    must(pool != NULL);
    enter_pool(place, pool, -1, true);
    say("create unmanaged %d: %d, parent %d, abort %d", world.pools[place].name, status,
        name_of(apr_pool_parent_get(pool)), abort_name(place));
}

/* With an allocator that it owns, and takes along. */
static void create_owner(int parent)
{
    int place = free_place();
    apr_pool_t *pool = NULL;
    apr_allocator_t *allocator = NULL;

    if (place < 0)
        return;
    must(apr_allocator_create(&allocator) == APR_SUCCESS && allocator != NULL);
    apr_status_t status = apr_pool_create_ex(&pool, world.pools[parent].handle, NULL, allocator);
    must(pool != NULL);
    apr_allocator_owner_set(allocator, pool);
    enter_pool(place, pool, parent, false);
    say("create owner %d: %d, parent %d, owner %d", world.pools[place].name, status,
        name_of(apr_pool_parent_get(pool)), name_of(apr_allocator_owner_get(allocator)));
}

/* Calls about cleanups */
static void register_cleanup(int pool)
{
    struct item *item = below(4) == 0 ? any_item(pool, false) : NULL;
    unsigned function = below(CLEANUPS), child = below(CHILD_CLEANUPS + 1);

    if (!item || item->pre) /* it might register a pre-cleanup, which now comes too late */
        item = new_item(pool, false, true);
    say("register %u with %d of %d", function, item->name, world.pools[pool].name);
    apr_pool_cleanup_register(world.pools[pool].handle, item, cleanups[function],
                              child < CHILD_CLEANUPS ? child_cleanups[child]
                                                     : apr_pool_cleanup_null);
}

static void register_pre_cleanup(int pool)
{
    struct item *item = new_item(pool, true, true);
    unsigned function = below(CLEANUPS);

    say("register pre %u with %d of %d", function, item->name, world.pools[pool].name);
    apr_pool_pre_cleanup_register(world.pools[pool].handle, item, cleanups[function]);
}

static void use_cleanup(int pool, unsigned what)
{
    struct item *item = any_item(pool, false);
    unsigned function = below(CLEANUPS), child = below(CHILD_CLEANUPS);
    apr_pool_t *handle = world.pools[pool].handle;

    if (!item)
        return;
    switch (what) {
    case 0:
        say("kill %u with %d", function, item->name);
        apr_pool_cleanup_kill(handle, item, cleanups[function]);
        break;
    case 1:
        say("run %u with %d", function, item->name);
        say("  status %d", apr_pool_cleanup_run(handle, item, cleanups[function]));
        break;
    default:
        say("set child %u of %u with %d", child, function, item->name);
        apr_pool_child_cleanup_set(handle, item, cleanups[function], child_cleanups[child]);
    }
}

/* What a forked process does before it would become another program. */
static void prepare_for_exec(void)
{
    char text[20000];
    size_t length = 0;
    ssize_t got;
    int ends[2], status = -1;

    fflush(stdout);
    must(pipe(ends) == 0);
    pid_t child = fork();
    must(child >= 0);
    if (child == 0) {
        world.out = ends[1];
        apr_pool_cleanup_for_exec();
        _exit(0);
    }
    close(ends[1]);
    while ((got = read(ends[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    close(ends[0]);
    text[length] = '\0';
    must(waitpid(child, &status, 0) == child);
    say("for exec: %d", status);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        say("%s", line);
}

static void call_one(void)
{
    int pool = any_pool();
    unsigned kind = below(100);

    if (pool < 0 || kind < 3)
        create(-1);
    else if (kind < 14)
        create(pool);
    else if (kind < 16)
        create_owner(pool);
    else if (kind < 17)
        create_unmanaged();
    else if (kind < 20) {
        say("destroy %d", world.pools[pool].name);
        destroy_pool(pool);
    } else if (kind < 23) {
        say("clear %d", world.pools[pool].name);
        clear_pool(pool);
    } else if (kind < 37)
        register_cleanup(pool);
    else if (kind < 43)
        register_pre_cleanup(pool);
    else if (kind < 52)
        use_cleanup(pool, below(3));
    else if (kind < 58)
        set_data(pool);
    else if (kind < 63)
        get_data(pool);
    else if (kind < 71)
        allocate(pool, below(2));
    else if (kind < 72)
        allocate_too_much(pool);
    else if (kind < 79)
        copy_text(pool, below(COPIES));
    else if (kind < 83)
        print(pool);
    else if (kind < 93)
        ask(pool, below(QUESTIONS));
    else if (kind < 97)
        set_property(pool, below(PROPERTIES));
    else if (kind < 98)
        use_nodes(pool);
    else if (kind < 99)
        initialize_again();
    else if (below(4) == 0)
        prepare_for_exec();
}

static void destroy_unmanaged(void)
{
    for (int i = 0; i < POOLS_MAX; i++)
        if (world.pools[i].name && world.pools[i].unmanaged)
            destroy_pool(i);
}

static void run_program(uint64_t seed, unsigned long calls, bool shown)
{
    memset(&world, 0, sizeof world);
    world.random = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
    world.hash = UINT64_C(0xcbf29ce484222325);
    world.shown = shown;
    world.out = -1;
    must(apr_initialize() == APR_SUCCESS);
    for (unsigned long i = 0; i < calls; i++)
        call_one();
    if (below(2))
        destroy_unmanaged();
    say("terminate");
    apr_terminate();
    destroy_unmanaged();
    for (int i = 0; i < POOLS_MAX; i++)
        must(!world.pools[i].name);
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "hashes") == 0) {
        unsigned long first = strtoul(argv[2], NULL, 10), count = strtoul(argv[3], NULL, 10);

        for (unsigned long seed = first; seed < first + count; seed++) {
            run_program(seed, strtoul(argv[4], NULL, 10), false);
            printf("%lu %016llx\n", seed, (unsigned long long)world.hash);
            fflush(stdout);
        }
        return EXIT_SUCCESS;
    }
    if (argc == 4 && strcmp(argv[1], "trace") == 0) {
        setvbuf(stdout, NULL, _IOLBF, 0);
        run_program(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10), true);
        return EXIT_SUCCESS;
    }
    fprintf(stderr, "usage: differential hashes FIRST COUNT CALLS | trace SEED CALLS\n");
    return EXIT_FAILURE;
}
