/*
 * validate_weakref.c - weakref_validate sees each equation of weakref.h that is broken.
 */
#include "breach.h"
#include "object/weakref.h"

static own_object *object, *other; /* in one shard */
static own_weakref *refs[3];       /* of object; the first is the entry */
static own_weakref *other_ref;
static struct shard *shard;

static const own_type thing_type = {.name = "thing", .size = 16};

static void build(void)
{
    object = own_new(NULL, &thing_type);
    shard = &weakref_shards[weakref_shard_of((uintptr_t)object)];
    do
        other = own_new(NULL, &thing_type);
    while (&weakref_shards[weakref_shard_of((uintptr_t)other)] != shard);
    for (int i = 0; i < 3; i++)
        refs[i] = own_weakref_new(NULL, object, NULL, NULL);
    other_ref = own_weakref_new(NULL, other, NULL, NULL);
    expect(object && refs[0] && refs[1] && refs[2] && other_ref);
}

static void validate(void)
{
    weakref_validate();
    weakref_validate_object(object);
    weakref_validate_object(other);
}

static void break_nothing(void)
{
}

static void entries_wrong(void)
{
    shard->entries++;
}

static void buckets_odd(void)
{
    shard->buckets--;
}

static void buckets_elsewhere(void)
{
    static own_weakref *elsewhere[SHARD_FEW];

    memcpy(elsewhere, shard->few, sizeof elsewhere);
    shard->chunk = elsewhere;
}

static own_weakref **bucket_of(const own_object *of)
{
    return &shard->few[weakref_bucket_of((uintptr_t)of, SHARD_FEW)];
}

static void in_other_shard(void)
{
    struct shard *next = &weakref_shards[(shard - weakref_shards + 1) % SHARD_COUNT];

    next->few[0] = refs[0];
    *bucket_of(object) = refs[0]->chain;
    refs[0]->chain = NULL;
    next->entries++;
    shard->entries--;
}

static void in_other_bucket(void)
{
    own_weakref *chain = *bucket_of(object);

    *bucket_of(object) = NULL;
    shard->few[(weakref_bucket_of((uintptr_t)object, SHARD_FEW) + 1) % SHARD_FEW] = chain;
}

static void two_entries(void)
{
    refs[1]->chain = refs[0]->chain;
    refs[0]->chain = refs[1];
    list_remove(&refs[1]->link);
    list_init(&refs[1]->link);
    shard->entries++;
}

static void stranger_in_the_ring(void)
{
    refs[1]->target = (uintptr_t)other;
}

static void ring_cut(void)
{
    refs[2]->link.previous = &refs[1]->link;
}

static void flag_lost(void)
{
    object->state &= ~STATE_WEAK;
}

static void object_dead(void)
{
    other->count = OWN_COUNT_DEAD;
}

static void object_dead_and_not_all_cleared(void)
{
    object->count = OWN_COUNT_DEAD;
    refs[0]->target |= WEAKREF_CLEARED;
    refs[1]->target |= WEAKREF_CLEARED;
}

static void object_put_off(void)
{
    object->count = OWN_COUNT_DEAD;
    for (int i = 0; i < 3; i++)
        refs[i]->target |= WEAKREF_CLEARED;
}

static const struct breach breaches[] = {
    {break_nothing, NULL},
    {object_put_off, NULL},
    {entries_wrong, "entries = lengths of all chains"},
    {buckets_odd, "buckets is a power of two"},
    {buckets_elsewhere, "buckets lie in the shard exactly where they are few"},
    {in_other_shard, "an entry's address is hashed to its shard"},
    {in_other_bucket, "an entry's address is hashed to its bucket"},
    {two_entries, "no other entry has its address"},
    {stranger_in_the_ring, "all in a ring refer to the entry's address"},
    {ring_cut, "a ring is linked"},
    {flag_lost, "an object that has an entry has STATE_WEAK"},
    {object_dead, "a linked one's object is alive"},
    {object_dead_and_not_all_cleared, "a linked one's object is alive"},
};

START_TEST(each_broken_equation_is_seen)
{
    expect_breach(&breaches[_i], build, validate);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("validate_weakref");
    TCase *breach = add_case(suite, "breach");

    tcase_add_loop_test(breach, each_broken_equation_is_seen, 0,
                        sizeof breaches / sizeof breaches[0]);
    return run_suite(suite);
}
