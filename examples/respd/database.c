/*
 * database.c - the keys of a database and their values.
 */
#include "database.h"

#include <stdio.h>

#include "census.h"
#include "siphash.h"
#include "watch.h"

/* Room that a new database has from the start. */
#define DATABASE_RESERVE 1024

void database_init(struct database *database, unsigned number, own_pool *parent, size_t limit,
                   const int64_t *now)
{
    *database = (struct database){.parent = parent, .limit = limit, .now = now};
    snprintf(database->name, sizeof database->name, "database %u", number);
}

static uint32_t key_hash(const struct string *key)
{
    return siphash(key->bytes, key->length);
}

bool database_is_expired(const struct database *database, const struct entry *entry)
{
    return entry->deadline && expiry_of(database, entry) <= *database->now;
}

/* The entry of a key that has not expired. */
static struct entry *find_hashed(struct database *database, const struct string *key, uint32_t hash)
{
    struct entry *entry = (struct entry *)table_find(&database->keys, key, hash);
    if (entry && database_is_expired(database, entry)) {
        database_delete(database, entry);
        database->expired++;
        return NULL;
    }
    return entry;
}

struct entry *database_find(struct database *database, const struct string *key)
{
    return find_hashed(database, key, key_hash(key));
}

/* The first key: from now on the database has a pool. It is born with its limit, which counts texts
   that the reply of any thread may be the last to hold. */
static int database_begin(struct database *database)
{
    own_pool *pool =
        census_pool(database->parent, database->name, DATABASE_RESERVE, database->limit);
    if (!pool)
        return -1;
    database->pool = pool;
    table_init(&database->keys, pool, sizeof(struct entry));
    return 0;
}

struct entry *database_open(struct database *database, const struct string *key, own_pool *giver)
{
    uint32_t hash = key_hash(key);
    struct entry *entry = find_hashed(database, key, hash);
    if (entry)
        return entry;
    if (!database->pool && database_begin(database) != 0)
        return NULL;
    entry = (struct entry *)table_add(&database->keys, key, hash, giver);
    if (!entry && database->keys.count == 0)
        database_flush(database);
    return entry;
}

void database_limit(struct database *database, size_t limit)
{
    database->limit = limit;
    if (database->pool)
        (void)own_pool_set_limit(database->pool, limit); /* else from its next first key on */
}

static struct table *table_new(own_pool *owner, const char *name, size_t item_size)
{
    own_pool *pool = census_pool(owner, name, 0, 0);
    if (!pool)
        return NULL;
    struct table *table = OWN_ALLOC(pool, struct table);
    if (!table) {
        own_drop(owner, pool);
        return NULL;
    }
    table_init(table, pool, item_size);
    return table;
}

int database_make(struct database *database, struct entry *entry, enum value_type type)
{
    bool made;
    if (type == VALUE_LIST)
        made = (entry->value.list = list_new(database->pool)) != NULL;
    else if (type == VALUE_HASH)
        made = (entry->value.table = table_new(database->pool, "hash", sizeof(struct field)));
    else
        made = (entry->value.table = table_new(database->pool, "set", sizeof(struct item)));
    if (!made)
        return -1;
    entry->type = type;
    return 0;
}

void database_clear_value(struct database *database, struct entry *entry)
{
    switch (entry->type) {
    case VALUE_STRING:
        cell_clear(database->pool, &entry->value.string);
        break;
    case VALUE_LIST:
        own_drop(database->pool, entry->value.list->pool);
        break;
    case VALUE_HASH:
    case VALUE_SET:
        own_drop(database->pool, entry->value.table->pool);
        break;
    case VALUE_NONE:
        break;
    }
    entry->type = VALUE_NONE;
}

static void drop_all(struct database *database)
{
    if (!database->pool)
        return;
    own_pool *pool = database->pool;
    database->pool = NULL;
    table_init(&database->keys, NULL, 0);
    database->deadlines = NULL;
    database->deadline_count = database->deadline_capacity = 0;
    own_drop(database->parent, pool);
}

/* Whether a value is one that clients can have seen: a command that fails has none or an empty one
   deleted again, and who watches the key is not to know. */
static bool is_seen(const struct entry *entry)
{
    switch (entry->type) {
    case VALUE_LIST:
        return entry->value.list->count > 0;
    case VALUE_HASH:
    case VALUE_SET:
        return entry->value.table->count > 0;
    default:
        return entry->type != VALUE_NONE;
    }
}

void database_delete(struct database *database, struct entry *entry)
{
    if (is_seen(entry))
        watch_touch(database, entry);
    if (database->keys.count == 1) {
        drop_all(database); /* the last one: nothing stays */
        return;
    }
    expiry_remove(database, entry);
    database_clear_value(database, entry);
    table_remove(&database->keys, &entry->item);
}

void database_flush(struct database *database)
{
    watch_mark_all(database);
    drop_all(database);
}

/* Copies of values */

static int copy_list(struct list *to, const struct list *from)
{
    struct list_place place = {from->first, from->first ? from->first->begin : 0};
    const union cell *cell;
    char scratch[CELL_SCRATCH];
    while ((cell = list_read(&place))) {
        struct string string = cell_look(cell, scratch);
        if (list_push(to, LIST_RIGHT, &string, NULL) != 0)
            return -1;
    }
    return 0;
}

static int copy_table(struct table *to, const struct table *from, bool with_values)
{
    char scratch[CELL_SCRATCH];
    for (struct item *item = table_first(from); item; item = table_next(from, item)) {
        struct string key = table_key(from, item);
        struct item *copy = table_add(to, &key, item->hash, NULL);
        if (!copy)
            return -1;
        if (!with_values)
            continue;
        struct string value = cell_look(&((struct field *)item)->value, scratch);
        if (cell_fill(to->pool, &((struct field *)copy)->value, &value, NULL) != 0)
            return -1;
    }
    return 0;
}

int database_copy(struct database *database, struct entry *to, const struct entry *from)
{
    char scratch[CELL_SCRATCH];
    struct entry copy = {.type = from->type};
    int status;
    if (from->type == VALUE_STRING) {
        struct string string = cell_look(&from->value.string, scratch);
        status = cell_fill(database->pool, &copy.value.string, &string, NULL);
    } else {
        copy.type = VALUE_NONE;
        if (database_make(database, &copy, from->type) != 0)
            return -1;
        status = from->type == VALUE_LIST
                     ? copy_list(copy.value.list, from->value.list)
                     : copy_table(copy.value.table, from->value.table, from->type == VALUE_HASH);
        if (status != 0)
            database_clear_value(database, &copy);
    }
    if (status != 0)
        return -1;
    database_clear_value(database, to);
    to->value = copy.value;
    to->type = copy.type;
    return 0;
}

struct string database_key(const struct database *database, const struct entry *entry)
{
    return table_key(&database->keys, &entry->item);
}

struct entry *database_first(const struct database *database)
{
    return (struct entry *)table_first(&database->keys);
}

struct entry *database_next(const struct database *database, const struct entry *entry)
{
    return (struct entry *)table_next(&database->keys, &entry->item);
}

size_t database_memory(const struct database *database, const struct entry *entry)
{
    own_usage usage;
    size_t bytes = table_item_memory(&database->keys, &entry->item) + sizeof(struct item *);
    if (entry->deadline)
        bytes += sizeof(struct deadline);
    if (entry->type == VALUE_STRING)
        return bytes + cell_memory(database->pool, &entry->value.string);
    own_pool_total(entry->type == VALUE_LIST ? entry->value.list->pool : entry->value.table->pool,
                   &usage);
    return bytes + usage.reserved;
}
