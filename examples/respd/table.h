/*
 * table.h - a hash table in a pool: the keys of a database, the fields of a hash, a set.
 *
 * Chained, with power-of-two buckets and the key inside the item, so a look-up costs two cache
 * misses. Written here because what is packaged does not fit: uthash takes 56 bytes an item,
 * never shrinks and has no cursor, khash moves its items when it grows, so nothing can point at
 * them. This one grows and shrinks with its items, all of it in its pool, and SCAN's cursor holds
 * its promise across both.
 */
#ifndef RESPD_TABLE_H
#define RESPD_TABLE_H

#include <own.h>

#include "text.h"

/* The head of every item; after the rest of it follow the bytes of its key, or its text. */
struct item {
    struct item *next;
    uint32_t hash;
    uint32_t key_length;
};

struct table {
    own_pool *pool; /* borrowed: buckets, items and keys are its blocks and children */
    struct item **buckets;
    size_t mask; /* buckets - 1 */
    size_t count;
    size_t item_size; /* where the key begins, a multiple of 8 */
};

void table_init(struct table *table, own_pool *pool, size_t item_size);

/* The item with that key, borrowed, or NULL. */
struct item *table_find(const struct table *table, const struct string *key, uint32_t hash);

/*
 * Adds a zeroed item with a key that is not there yet.
 *
 * giver  as cell_fill: the pool from which a long key is moved.
 *
 * Returns NULL with errno as own_alloc; then the table is as it was.
 */
struct item *table_add(struct table *table, const struct string *key, uint32_t hash,
                       own_pool *giver);

/* Takes an item out and frees it with its key; what else it refers to must be released before. */
void table_remove(struct table *table, struct item *item);

/* The key of an item, borrowed. */
struct string table_key(const struct table *table, const struct item *item);

/* The first item, and the item after another; NULL at the end. The table must not change. */
struct item *table_first(const struct table *table);
struct item *table_next(const struct table *table, const struct item *item);

/* An item by chance, borrowed: each is about as likely. Not of an empty table. Cost: O(1) expected,
   and the items of a bucket. */
struct item *table_random(const struct table *table);

/*
 * Visits one bucket and returns the cursor of the next, 0 after the last. What stays in the table
 * from the first call to the last is visited at least once, even if the table grows or shrinks.
 */
uint64_t table_scan(const struct table *table, uint64_t cursor,
                    void (*visit)(struct item *item, void *arg), void *arg);

/* Bytes of an item and its key. */
size_t table_item_memory(const struct table *table, const struct item *item);

#endif
