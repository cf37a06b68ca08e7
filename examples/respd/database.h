/*
 * database.h - the keys of a database, their values, and when they expire.
 *
 * A database has a pool while it has keys. What is in it: the table and its entries, short strings,
 * and a child pool for each list, hash, set and long string. So FLUSHDB is one own_drop.
 */
#ifndef RESPD_DATABASE_H
#define RESPD_DATABASE_H

#include <own.h>

#include "list.h"
#include "table.h"
#include "text.h"

enum value_type { VALUE_NONE, VALUE_STRING, VALUE_LIST, VALUE_HASH, VALUE_SET };

/* A key and its value. */
struct entry {
    struct item item;
    union {
        union cell string;
        struct list *list;   /* in a child pool, as are: */
        struct table *table; /* the fields of a hash, the members of a set */
    } value;
    uint32_t deadline; /* its place among the deadlines, from 1; 0: it never expires */
    enum value_type type;
};

/* A field of a hash. A member of a set is an item and nothing else. */
struct field {
    struct item item;
    union cell value;
};

struct deadline {
    int64_t when; /* milliseconds on the clock of the database */
    struct entry *entry;
};

#define DATABASE_WATCH_LISTS 64

struct watch;

struct database {
    own_pool *parent;   /* borrowed: of `pool` */
    own_pool *pool;     /* borrowed from the parent; NULL while there are no keys */
    size_t limit;       /* bytes of the pool and all below; 0: none */
    const int64_t *now; /* milliseconds */
    char name[16];      /* of the pool */
    struct table keys;
    struct deadline *deadlines; /* a heap from index 1: the earliest is the first */
    uint32_t deadline_count, deadline_capacity;
    uint64_t hits, misses, expired;
    struct watch *watches[DATABASE_WATCH_LISTS]; /* borrowed from clients, see watch.h; by hash */
    size_t watch_count;
};

void database_init(struct database *database, unsigned number, own_pool *parent, size_t limit,
                   const int64_t *now);

/* The entry of a key, borrowed, or NULL. A key that has expired is deleted instead. */
struct entry *database_find(struct database *database, const struct string *key);

/*
 * The entry of a key, made of type VALUE_NONE where there is none: the caller gives it a value, or
 * deletes it. giver: as table_add. NULL with errno as own_alloc.
 */
struct entry *database_open(struct database *database, const struct string *key, own_pool *giver);

/* Gives a new entry, of type VALUE_NONE, an empty list, hash or set. Errors as own_alloc. */
int database_make(struct database *database, struct entry *entry, enum value_type type);

/* Releases the value: what a reply shows lives on until the reply is written. */
void database_clear_value(struct database *database, struct entry *entry);

/* A new limit. What a pool that was born without one shares is not counted before it is empty. */
void database_limit(struct database *database, size_t limit);

void database_delete(struct database *database, struct entry *entry);

/* Gives an entry a copy of another's value, whose long strings are held and not copied. -1 with
   errno as own_alloc; then the entry is as it was. */
int database_copy(struct database *database, struct entry *to, const struct entry *from);

void database_flush(struct database *database);

struct string database_key(const struct database *database, const struct entry *entry);
struct entry *database_first(const struct database *database);
struct entry *database_next(const struct database *database, const struct entry *entry);
bool database_is_expired(const struct database *database, const struct entry *entry);

/* Bytes that a key and its value take. */
size_t database_memory(const struct database *database, const struct entry *entry);

/* Deadlines, in expiry.c. Set and move: -1 with errno as own_alloc. */
int expiry_set(struct database *database, struct entry *entry, int64_t when);
void expiry_remove(struct database *database, struct entry *entry);
void expiry_move(struct database *database, struct entry *from, struct entry *to);
int64_t expiry_of(const struct database *database, const struct entry *entry); /* or -1 */
int64_t expiry_earliest(const struct database *database);                      /* or -1 */

/* Deletes what has expired, at most so many keys; whether more is due. */
bool expiry_run(struct database *database, unsigned max);

#endif
