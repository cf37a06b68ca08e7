/*
 * validate_ledger.c - ledger_validate sees each equation of ledger.h that is broken.
 */
#include "breach.h"
#include "ledger/index.h"

#define NODES 20

static struct world {
    struct ledger ledger;
    struct account account;
    struct entry child;
    struct node *nodes[NODES];
    struct foreign *foreign[2];
    char owner, objects[1000];
} world;

static void build(void)
{
    struct ledger *ledger = &world.ledger;

    for (size_t i = 0; i < NODES; i++) {
        world.nodes[i] = node_get(&world.account);
        node_fill(world.nodes[i], i % 2 ? KIND_REFERENCE : KIND_CALL, &world.objects[i],
                  i % 2 ? NULL : free);
        ledger_add(ledger, &world.account, world.nodes[i], &world.owner, 0);
    }
    for (size_t i = 0; i < 2; i++) {
        world.foreign[i] = foreign_node_get(&world.account);
        world.foreign[i]->size = 10;
        node_fill(&world.foreign[i]->node, KIND_ADOPTED, &world.objects[100 + i], free);
        ledger_add(ledger, &world.account, &world.foreign[i]->node, &world.owner, 0);
    }
    ledger_add_child(ledger, &world.child, &world.owner, 0);
    expect(!ledger_find(ledger, &world.account, KIND_REFERENCE, &world, NULL)); /* all are hashed */
    for (size_t i = 0; i < 3; i++) {
        struct node *node = node_get(&world.account);
        node_fill(node, KIND_REFERENCE, &world.objects[200 + i], NULL);
        ledger_add(ledger, &world.account, node, &world.owner, 0);
    }
}

static struct record *record(void)
{
    return index_record(&world.ledger);
}

static void break_nothing(void)
{
}

static void ring_broken(void)
{
    world.ledger.newest->older->newer = world.ledger.newest->older;
}

static void owner_wrong(void)
{
    world.child.owner = &world;
}

static void children_wrong(void)
{
    world.ledger.children++;
}

static void held_wrong(void)
{
    record()->counts.held++;
}

static void deferred_wrong(void)
{
    record()->counts.deferred--;
}

static void foreign_wrong(void)
{
    record()->counts.foreign++;
}

static void foreign_bytes_wrong(void)
{
    record()->counts.foreign_bytes++;
}

static void size_wrong(void)
{
    world.foreign[0]->size++;
}

static void nodes_wrong(void)
{
    record()->nodes--;
}

static void node_in_no_chain(void)
{
    struct node **bucket = index_bucket_of(record(), world.nodes[0]);
    *bucket = (*bucket)->chain;
}

static void entry_in_no_ring(void)
{
    ring_leave(&world.ledger, &world.nodes[0]->entry);
}

static void object_wrong(void)
{
    struct node **bucket = index_bucket_of(record(), world.nodes[0]);
    do
        world.nodes[0]->object = (char *)world.nodes[0]->object + 1;
    while (index_bucket_of(record(), world.nodes[0]) == bucket);
}

static void address_twice(void)
{
    struct node *node = &world.foreign[0]->node;
    struct node **link = index_bucket_of(record(), node);
    while (*link != node)
        link = &(*link)->chain;
    *link = node->chain;
    node->object = world.foreign[1]->node.object;
    link = index_bucket_of(record(), node);
    node->chain = *link;
    *link = node;
}

static void recent_disordered(void)
{
    struct node *first = record()->recent;
    struct node *second = first->chain;
    first->chain = second->chain;
    second->chain = first;
    record()->recent = second;
}

static void buckets_wrong(void)
{
    record()->buckets--;
}

static const struct breach breaches[] = {
    {break_nothing, NULL},
    {ring_broken, "the ledger is a ring"},
    {owner_wrong, "owner = that of the ledger"},
    {children_wrong, "children = "},
    {held_wrong, "held = "},
    {deferred_wrong, "deferred = "},
    {foreign_wrong, "foreign = "},
    {foreign_bytes_wrong, "foreign bytes = "},
    {size_wrong, "foreign bytes = "},
    {nodes_wrong, "nodes = "},
    {node_in_no_chain, "every node is in one chain"},
    {entry_in_no_ring, "every node of a chain is in the ring"},
    {object_wrong, "every node is in the bucket of its object"},
    {address_twice, "no two foreign blocks have the same address"},
    {recent_disordered, "recent nodes are the newest of the ring"},
    {buckets_wrong, "buckets are a power of two"},
};
#define BREACHES (sizeof(breaches) / sizeof(breaches[0]))

static void validate(void)
{
    ledger_validate(&world.ledger, &world.owner);
}

START_TEST(validator_names_the_equation)
{
    expect_breach(&breaches[_i], build, validate);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("validate_ledger");
    TCase *equations = add_case(suite, "equations");

    tcase_add_loop_test(equations, validator_names_the_equation, 0, BREACHES);
    return run_suite(suite);
}
