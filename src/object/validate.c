/*
 * object/validate.c - checks the equations of object/weakref.h.
 */
#include "object/weakref.h"

static void check(bool holds, const char *equation)
{
    require(holds, "weakref", NULL, equation);
}

/* The first links of a ring, at most `most` of them. */
static void validate_ring(own_weakref *entry, size_t most)
{
    list_each_safe (link, after, &entry->link) {
        if (most-- == 0)
            return;
        check(link->previous->next == link && after->previous == link, "a ring is linked");
        check(weakref_address(weakref_of_link(link)) == weakref_address(entry),
              "all in a ring refer to the entry's address");
    }
}

static size_t validate_chain(struct shard *shard, size_t bucket, size_t most)
{
    size_t entries = 0;
    for (own_weakref *entry = weakref_buckets(shard)[bucket]; entry; entry = entry->chain) {
        uintptr_t address = weakref_address(entry);
        check(&weakref_shards[weakref_shard_of(address)] == shard,
              "an entry's address is hashed to its shard");
        check(weakref_bucket_of(address, shard->buckets) == bucket,
              "an entry's address is hashed to its bucket");
        for (own_weakref *other = entry->chain; other; other = other->chain)
            check(weakref_address(other) != address, "no other entry has its address");
        validate_ring(entry, most);
        entries++;
    }
    return entries;
}

static void validate_shard(struct shard *shard, size_t most)
{
    lock_take(&shard->lock);
    check(is_power_of_two(shard->buckets), "buckets is a power of two");
    check(!shard->chunk == (shard->buckets == SHARD_FEW),
          "buckets lie in the shard exactly where they are few");
    size_t entries = 0;
    for (size_t i = 0; i < shard->buckets; i++)
        entries += validate_chain(shard, i, most);
    check(entries == shard->entries, "entries = lengths of all chains");
    lock_release(&shard->lock);
}

void weakref_validate(void)
{
    for (size_t i = 0; i < SHARD_COUNT; i++)
        validate_shard(&weakref_shards[i], SIZE_MAX);
}

/* The entry of an object in its shard, which is locked. */
static own_weakref *entry_of(struct shard *shard, const own_object *object)
{
    uintptr_t address = (uintptr_t)object;
    own_weakref *entry = weakref_buckets(shard)[weakref_bucket_of(address, shard->buckets)];
    while (entry && weakref_address(entry) != address)
        entry = entry->chain;
    return entry;
}

static void validate_object(const own_object *object, size_t most)
{
    struct shard *shard = &weakref_shards[weakref_shard_of((uintptr_t)object)];
    lock_take(&shard->lock);
    own_weakref *entry = entry_of(shard, object);
    if (entry) {
        bool dead = object_is_dead(object);
        check(dead || object_state(object) & STATE_WEAK,
              "an object that has an entry has STATE_WEAK");
        check(!dead || weakref_target(entry) & WEAKREF_CLEARED, "a linked one's object is alive");
        list_each_safe (link, after, &entry->link) {
            if (most-- == 0)
                break;
            check(!dead || weakref_of_link(link)->target & WEAKREF_CLEARED,
                  "a linked one's object is alive");
        }
    }
    lock_release(&shard->lock);
}

void weakref_validate_object(const own_object *object)
{
    validate_object(object, SIZE_MAX);
}

#if OWN_DEBUG
#define RING_MOST 16

void weakref_debug_step(const own_object *object)
{
    static __thread size_t credit;
    struct shard *shard = &weakref_shards[weakref_shard_of((uintptr_t)object)];
    lock_take(&shard->lock);
    size_t cost = shard->entries * 2 + shard->buckets;
    lock_release(&shard->lock);
    credit += 64;
    if (credit < cost)
        return;
    credit = 0;
    validate_shard(shard, RING_MOST);
    validate_object(object, RING_MOST);
}
#endif
