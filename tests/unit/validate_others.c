/*
 * validate_others.c - the validators of lists, exact pools, monitors, collections, the quarantine
 * and lots see each broken equation of their rooms.
 */
#include "breach.h"
#include "check/record.h"
#include "chunk/lot.h"
#include "cycle/cycle.h"
#include "list/list.h"
#include "monitor/monitor.h"
#include "pool/pool.h"

static void break_nothing(void)
{
}

/* A list of three. */
static own_list *list;

static void build_list(void)
{
    own_pool *pool = new_root();

    expect((list = own_list_new(pool)) != NULL);
    for (int i = 0; i < 3; i++)
        expect(own_list_append(list, probe_new(pool, 'a')) == 0);
}

static void validate_list(void)
{
    list_validate(list);
}

static void list_counts_too_much(void)
{
    list->count = list->room + 1;
}

static void list_has_no_items(void)
{
    list->items = NULL;
}

static void list_has_no_room(void)
{
    list->count = list->room = 0;
}

static void first_item_is_null(void)
{
    list->items[0] = NULL;
}

static void last_item_is_null(void)
{
    list->items[list->count - 1] = NULL;
}

/* An exact pool with blocks. */
static own_pool *pool;

static void build_exact(void)
{
    own_pool_options options = {.flags = OWN_POOL_EXACT, .name = "exact"};

    expect((pool = own_pool_create(NULL, &options)) != NULL);
    for (size_t size = 1; size < 100000; size *= 3)
        expect(own_alloc(pool, 1, size) != NULL);
}

static void validate_exact(void)
{
    exact_validate(pool);
}

static void exact_reserved_wrong(void)
{
    pool_exact(pool)->reserved++;
}

static void exact_slack_too_little(void)
{
    pool_exact(pool)->slack = 1;
}

static void exact_slack_too_much(void)
{
    pool_exact(pool)->slack = memory_count(&pool_exact(pool)->memory).bytes + 1;
}

static void exact_first_has_room(void)
{
    pool->part.memory.bump -= GRANULE;
}

/* A monitor with a client that writes its line and two with answers. */
static struct monitor monitor;

static void build_monitor(void)
{
    for (size_t i = 0; i < CLIENTS; i++)
        monitor.clients[i].fd = i < 3 ? 0 : -1;
    monitor.clients[0].got = LINE_MAX_BYTES;
    for (size_t i = 1; i < 3; i++) {
        monitor.clients[i].answer = monitor.clients[i].line;
        monitor.clients[i].size = 10 * i;
        monitor.clients[i].sent = 9;
    }
    monitor.untaken = 30;
    monitor.clients[3].got = LINE_MAX_BYTES + 1; /* of a client that has gone */
}

static void validate_monitor(void)
{
    monitor_validate(&monitor);
}

static void line_too_long(void)
{
    monitor.clients[0].got++;
}

static void all_was_sent(void)
{
    monitor.clients[1].sent++;
}

static void untaken_wrong(void)
{
    monitor.untaken = 20;
}

/* What a collection holds between two phases: a pool, and two other objects. */
static struct garbage garbage;
static own_object *things[2];

static void build_garbage(void)
{
    own_pool *root = own_pool_new(NULL);

    expect(root != NULL);
    object_hold(&root->object);
    chain_put(&garbage.pools, &root->object);
    for (int i = 0; i < 2; i++) {
        things[i] = &probe_new(NULL, 'a')->header;
        object_hold(things[i]);
        chain_put(&garbage.others, things[i]);
    }
}

static void validate_garbage(void)
{
    cycle_validate(&garbage);
}

static void garbage_is_dead(void)
{
    things[0]->count = OWN_COUNT_DEAD;
}

static void garbage_is_let_go(void)
{
    expect(!object_unhold(things[0]));
}

static void garbage_in_wrong_list(void)
{
    struct chain pools = garbage.pools;

    garbage.pools = garbage.others;
    garbage.others = pools;
}

static void garbage_miscounted(void)
{
    garbage.others.count--;
}

static void set_is_left(void)
{
    tally_add(SET_GREY, things[1]);
}

/* A block in quarantine. */
static void *freed;

static void build_quarantine(void)
{
    own_pool *root;

    expect(setenv("OWN_CHECK", "quarantine", 1) == 0);
    check_state = CHECK_UNREAD;
    root = new_root();
    expect((freed = own_alloc(root, 1, 100)) != NULL && own_free(root, freed) == 0);
}

/* Without the lock: who looks for damage at exit takes it. */
static void validate_quarantine(void)
{
    wait_validate();
}

static void change_record(size_t more)
{
    check_lock();
    struct record *record = record_find(freed, RECORD_FREED);
    if (record)
        record->whole += more;
    check_unlock();
    expect(record != NULL);
}

/* The quarantine is emptied at exit, and its size is relied upon then. */
static void repair(void)
{
    change_record((size_t)-1);
}

static void waiting_wrong(void)
{
    expect(atexit(repair) == 0);
    change_record(1);
}

/* Lots with one free granule, and with a chunk in use among many. */
static struct lots lots;
static struct lot full, roomy;

static void build_lots(void)
{
    static char units[2][CHUNK_UNIT];

    lots_init(&lots);
    lot_begin(&lots, &full, units[0], 8, 9);
    lot_begin(&lots, &roomy, units[1], 16, LOT_GRANULES);
    expect(lots_get(&lots, 4) == units[1] + 16 * GRANULE);
}

static void validate_lots(void)
{
    lots_validate(&lots);
}

static void lot_lives_too_much(void)
{
    full.live = LOT_GRANULES;
}

static void lot_in_wrong_list(void)
{
    full.longest = 2;
}

static void lot_has_longer_run(void)
{
    roomy.longest -= 5;
}

static void lot_has_room_before(void)
{
    roomy.from = 30;
}

static const struct case_of {
    void (*build)(void);
    void (*validate)(void);
    struct breach breach;
} cases[] = {
    {build_list, validate_list, {break_nothing, NULL}},
    {build_list, validate_list, {list_counts_too_much, "count <= room"}},
    {build_list, validate_list, {list_has_no_items, "items = NULL exactly where room = 0"}},
    {build_list, validate_list, {list_has_no_room, "items = NULL exactly where room = 0"}},
    {build_list, validate_list, {first_item_is_null, "no item is NULL"}},
    {build_list, validate_list, {last_item_is_null, "no item is NULL"}},
    {build_exact, validate_exact, {break_nothing, NULL}},
    {build_exact, validate_exact, {exact_reserved_wrong, "reserved = the chunks"}},
    {build_exact, validate_exact, {exact_slack_too_little, "is longer than was asked for"}},
    {build_exact, validate_exact, {exact_slack_too_much, "is longer than was asked for"}},
    {build_exact, validate_exact, {exact_first_has_room, "of an exact pool has no room"}},
    {build_monitor, validate_monitor, {break_nothing, NULL}},
    {build_monitor, validate_monitor, {line_too_long, "got <= 64"}},
    {build_monitor, validate_monitor, {all_was_sent, "sent < size"}},
    {build_monitor, validate_monitor, {untaken_wrong, "untaken = sum of size"}},
    {build_garbage, validate_garbage, {break_nothing, NULL}},
    {build_garbage, validate_garbage, {garbage_is_dead, "objects in a list are alive"}},
    {build_garbage, validate_garbage, {garbage_is_let_go, "are held by the collection"}},
    {build_garbage, validate_garbage, {garbage_in_wrong_list, "one list has the pools"}},
    {build_garbage, validate_garbage, {garbage_miscounted, "count = the objects in a list"}},
    {build_garbage, validate_garbage, {set_is_left, "sets are empty"}},
    {build_lots, validate_lots, {break_nothing, NULL}},
    {build_lots, validate_lots, {lot_lives_too_much, "the list of its longest run"}},
    {build_lots, validate_lots, {lot_in_wrong_list, "the list of its longest run"}},
    {build_lots, validate_lots, {lot_has_longer_run, "the list of its longest run"}},
    {build_lots, validate_lots, {lot_has_room_before, "the list of its longest run"}},
    {build_quarantine, validate_quarantine, {break_nothing, NULL}},
    {build_quarantine, validate_quarantine, {waiting_wrong, "waiting = the sizes"}},
};
#define OF_QUARANTINE 2 /* the last */

START_TEST(validator_names_the_equation)
{
    expect_breach(&cases[_i].breach, cases[_i].build, cases[_i].validate);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("validate_others");
    TCase *equations = add_case(suite, "equations");
    int count = sizeof(cases) / sizeof(cases[0]);

    if (getenv("OWN_UNDER_VALGRIND")) {
        fprintf(stderr, "left out: the quarantine, which is Valgrind's own there\n");
        count -= OF_QUARANTINE;
    }
    tcase_add_loop_test(equations, validator_names_the_equation, 0, count);
    return run_suite(suite);
}
