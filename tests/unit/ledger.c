/*
 * ledger.c - the room ledger beside a naive model of it, with and without memory for its index:
 * each search finds the newest, counts and bytes come out even, and nothing is hashed before a
 * search.
 */
#include "harness.h"
#include "ledger/index.h"

#define MOST ((size_t)600)
#define OBJECTS ((size_t)200)

/* What the model knows of an entry, in the order of time. */
struct known {
    struct entry *entry;
    enum kind kind;
    size_t object, call, size;
};

static struct run {
    struct random random;
    struct ledger ledger;
    struct account account;
    struct known known[MOST];
    size_t count;
} run;

static char objects[OBJECTS * GRANULE];
static char owner;

static void call_0(void *arg)
{
    (void)arg;
}

static void call_1(void *arg)
{
    (void)arg;
}

static void (*const calls[])(void *) = {call_0, call_1};

static void *address_of(size_t object)
{
    return &objects[object * GRANULE];
}

static bool is_foreign(enum kind kind)
{
    return kind == KIND_ADOPTED || kind == KIND_BLOCK;
}

/* The index of the newest like that; MOST: there is none. */
static size_t model_find(enum kind kind, size_t object, size_t call)
{
    for (size_t i = run.count; i-- > 0;) {
        const struct known *known = &run.known[i];
        if (known->kind == kind && known->object == object &&
            (kind != KIND_CALL || known->call == call))
            return i;
    }
    return MOST;
}

static void forget(size_t index)
{
    run.count--;
    memmove(&run.known[index], &run.known[index + 1], (run.count - index) * sizeof *run.known);
}

static void check(void)
{
    struct counts expected = {.held = 0};
    size_t children = 0;

    for (size_t i = 0; i < run.count; i++) {
        const struct known *known = &run.known[i];
        children += known->kind == KIND_CHILD;
        expected.held += known->kind == KIND_REFERENCE;
        expected.deferred += known->kind == KIND_CALL;
        expected.foreign += is_foreign(known->kind);
        expected.foreign_bytes += known->size;
    }
    const struct counts counts = ledger_counts(&run.ledger);
    expect(memcmp(&counts, &expected, sizeof counts) == 0 && run.ledger.children == children);
    expect(ledger_bytes(&run.ledger) == run.account.reserved);
    size_t i = 0;
    for (struct entry *entry = ledger_oldest(&run.ledger); entry;
         entry = ledger_newer(&run.ledger, entry)) {
        const struct known *known = &run.known[i++];
        expect(entry == known->entry && entry_kind(entry) == known->kind && entry->owner == &owner);
    }
    expect(i == run.count);
    ledger_validate(&run.ledger, &owner);
}

static void add_child(void)
{
    size_t granted;
    struct entry *entry = (struct entry *)chunk_get(sizeof *entry, &granted);

    expect(entry != NULL);
    ledger_add_child(&run.ledger, entry, &owner, run.count);
    expect(entry_time(entry) == run.count);
    run.known[run.count++] = (struct known){.entry = entry, .kind = KIND_CHILD};
}

static void add(enum kind kind, bool fails)
{
    struct known known = {.kind = kind, .object = random_below(&run.random, OBJECTS)};
    struct node *node;

    known.call = random_below(&run.random, 2);
    if (is_foreign(kind) && (model_find(KIND_ADOPTED, known.object, 0) != MOST ||
                             model_find(KIND_BLOCK, known.object, 0) != MOST))
        return;
    if (is_foreign(kind)) {
        struct foreign *foreign = foreign_node_get(&run.account);
        known.size = foreign->size = random_below(&run.random, 1000);
        node = &foreign->node;
    } else {
        node = node_get(&run.account);
    }
    expect(node != NULL);
    node_fill(node, kind, address_of(known.object),
              kind == KIND_CALL || kind == KIND_ADOPTED ? calls[known.call] : NULL);
    if (fails)
        chunk_fail_after(1);
    ledger_add(&run.ledger, &run.account, node, &owner, 0);
    chunk_fail_after(0);
    known.entry = &node->entry;
    run.known[run.count++] = known;
}

static void put(struct node *node)
{
    expect(node->entry.owner == NULL);
    if (is_foreign(entry_kind(&node->entry)))
        foreign_node_put(&run.account, node_foreign(node));
    else
        node_put(&run.account, node);
}

static void search(enum kind kind, bool takes, bool fails)
{
    size_t object = random_below(&run.random, OBJECTS), call = random_below(&run.random, 2);
    size_t expected = model_find(kind, object, call);
    struct node *node;

    if (fails)
        chunk_fail_after(1);
    if (takes)
        node = ledger_take(&run.ledger, &run.account, kind, address_of(object), calls[call]);
    else
        node = ledger_find(&run.ledger, &run.account, kind, address_of(object), calls[call]);
    chunk_fail_after(0);
    expect(node == (expected < MOST ? entry_node(run.known[expected].entry) : NULL));
    if (node && takes) {
        put(node);
        forget(expected);
    }
}

static void remove_at(size_t index, bool fails)
{
    struct entry *entry = run.known[index].entry;

    if (fails)
        chunk_fail_after(1);
    if (run.known[index].kind == KIND_CHILD) {
        ledger_remove_child(&run.ledger, entry);
        chunk_put(entry, sizeof *entry);
    } else {
        ledger_remove(&run.ledger, &run.account, entry_node(entry));
        put(entry_node(entry));
    }
    chunk_fail_after(0);
    forget(index);
}

static void step(bool grows)
{
    enum kind kind = (enum kind)(KIND_REFERENCE + random_below(&run.random, 4));
    bool fails = random_below(&run.random, 3) == 0;
    size_t choice = random_below(&run.random, grows ? 14 : 22);

    if (choice < 8 && run.count < MOST)
        add(kind, fails);
    else if (choice == 8 && run.count < MOST)
        add_child();
    else if (choice < 11)
        search(kind, false, fails);
    else if (choice < 14)
        search(kind, true, fails);
    else if (run.count > 0 && choice < 20)
        remove_at(run.count - 1, fails);
    else if (run.count > 0)
        remove_at(random_below(&run.random, run.count), fails);
}

START_TEST(finds_what_the_model_finds)
{
    size_t live = chunk_live_bytes();

    for (size_t seed = 0; seed < 20; seed++) {
        run = (struct run){.count = 0};
        random_seed(&run.random, seed);
        for (size_t i = 0; i < scaled(2000); i++) {
            step((i >> 8) % 3 != 2);
            if (i % 16 == 0 || run.count < 20)
                check();
        }
        while (run.count > 0)
            remove_at(run.count - 1, false);
        check();
        expect(!run.ledger.index && run.account.reserved == 0);
    }
    expect(chunk_live_bytes() == live);
}
END_TEST

START_TEST(nothing_is_hashed_before_a_search)
{
    run = (struct run){.count = 0};
    for (size_t i = 0; i < 100; i++)
        add(KIND_REFERENCE, false);
    expect(index_record(&run.ledger)->buckets == 0);
    for (size_t i = 0; i < 50; i++)
        remove_at(run.count - 1, false);
    expect(index_record(&run.ledger)->buckets == 0);
    search(KIND_ADOPTED, false, false);
    expect(index_record(&run.ledger)->buckets == 64 && !index_record(&run.ledger)->recent);
    while (run.count > 0)
        remove_at(run.count - 1, false);
    expect(!run.ledger.index && run.account.reserved == 0);
}
END_TEST

/* The limit leaves no room for buckets: all are found nevertheless, and errno is kept. */
START_TEST(buckets_are_charged)
{
    struct limit limit = {.bytes = 100 * chunk_round(sizeof(struct node)) + 256, .users = 1};

    run = (struct run){.account = {.limit = &limit}};
    for (size_t i = 0; i < 100; i++)
        add(KIND_REFERENCE, false);
    errno = 0;
    search(KIND_ADOPTED, false, false);
    expect(errno == 0 && index_record(&run.ledger)->buckets == 0);
    check();
    limit.bytes = 0;
    search(KIND_ADOPTED, false, false);
    expect(index_record(&run.ledger)->buckets == 128);
    check();
    while (run.count > 0)
        remove_at(0, false);
    expect(limit.used == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ledger");
    TCase *model = add_case(suite, "model");

    tcase_add_test(model, finds_what_the_model_finds);
    tcase_add_test(model, nothing_is_hashed_before_a_search);
    tcase_add_test(model, buckets_are_charged);
    return run_suite(suite);
}
