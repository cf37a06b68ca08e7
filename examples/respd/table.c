/*
 * table.c - a hash table in a pool.
 */
#include "table.h"

#include <string.h>

#include "random.h"

#define BUCKETS_MIN 4
#define SHRINK_BELOW 8 /* an eighth of the buckets */

void table_init(struct table *table, own_pool *pool, size_t item_size)
{
    *table = (struct table){.pool = pool, .item_size = item_size};
}

static char *item_bytes(const struct table *table, const struct item *item)
{
    return (char *)item + table->item_size;
}

static struct text *item_text(const struct table *table, const struct item *item)
{
    struct text *text;
    memcpy(&text, item_bytes(table, item), sizeof text);
    return text;
}

struct string table_key(const struct table *table, const struct item *item)
{
    if (item->key_length <= TEXT_ABOVE)
        return (struct string){item_bytes(table, item), item->key_length, NULL};
    struct text *text = item_text(table, item);
    return (struct string){text->bytes, text->length, text};
}

static bool item_has_key(const struct table *table, const struct item *item,
                         const struct string *key, uint32_t hash)
{
    if (item->hash != hash || item->key_length != key->length)
        return false;
    const char *bytes =
        item->key_length <= TEXT_ABOVE ? item_bytes(table, item) : item_text(table, item)->bytes;
    return memcmp(bytes, key->bytes, key->length) == 0;
}

struct item *table_find(const struct table *table, const struct string *key, uint32_t hash)
{
    if (!table->buckets)
        return NULL;
    struct item *item = table->buckets[hash & table->mask];
    while (item && !item_has_key(table, item, key, hash))
        item = item->next;
    return item;
}

/* Where no memory is to be had, the old buckets stay: slower, but whole. */
static int table_resize(struct table *table, size_t buckets)
{
    struct item **fresh = OWN_ALLOC_N(table->pool, struct item *, buckets);
    if (!fresh)
        return -1;
    for (size_t i = 0; table->buckets && i <= table->mask; i++) {
        struct item *next;
        for (struct item *item = table->buckets[i]; item; item = next) {
            next = item->next;
            struct item **bucket = &fresh[item->hash & (buckets - 1)];
            item->next = *bucket;
            *bucket = item;
        }
    }
    own_free(table->pool, table->buckets);
    table->buckets = fresh;
    table->mask = buckets - 1;
    return 0;
}

struct item *table_add(struct table *table, const struct string *key, uint32_t hash,
                       own_pool *giver)
{
    if (!table->buckets) {
        if (table_resize(table, BUCKETS_MIN) != 0)
            return NULL;
    } else if (table->count > table->mask) {
        (void)table_resize(table, (table->mask + 1) * 2);
    }

    bool is_long = key->length > TEXT_ABOVE;
    if (key->length > UINT32_MAX)
        return NULL;
    struct item *item = own_alloc_raw(
        table->pool, 1, table->item_size + (is_long ? sizeof(struct text *) : key->length));
    if (!item)
        return NULL;
    memset(item, 0, table->item_size);
    if (is_long) {
        union cell cell = {0};
        if (cell_fill(table->pool, &cell, key, giver) != 0) {
            own_free(table->pool, item);
            return NULL;
        }
        memcpy(item_bytes(table, item), &cell.text.text, sizeof cell.text.text);
    } else {
        memcpy(item_bytes(table, item), key->bytes, key->length);
    }
    item->hash = hash;
    item->key_length = (uint32_t)key->length;
    item->next = table->buckets[hash & table->mask];
    table->buckets[hash & table->mask] = item;
    table->count++;
    return item;
}

void table_remove(struct table *table, struct item *item)
{
    struct item **link = &table->buckets[item->hash & table->mask];
    while (*link != item)
        link = &(*link)->next;
    *link = item->next;
    if (item->key_length > TEXT_ABOVE)
        own_drop(table->pool, item_text(table, item)->pool);
    own_free(table->pool, item);
    table->count--;
    size_t buckets = table->mask + 1;
    if (buckets > BUCKETS_MIN && table->count < buckets / SHRINK_BELOW)
        (void)table_resize(table, buckets / 4);
}

static struct item *first_from(const struct table *table, size_t bucket)
{
    for (; table->buckets && bucket <= table->mask; bucket++)
        if (table->buckets[bucket])
            return table->buckets[bucket];
    return NULL;
}

struct item *table_first(const struct table *table)
{
    return first_from(table, 0);
}

struct item *table_next(const struct table *table, const struct item *item)
{
    return item->next ? item->next : first_from(table, (item->hash & table->mask) + 1);
}

struct item *table_random(const struct table *table)
{
    struct item *item;
    do
        item = table->buckets[random_below(table->mask + 1)];
    while (!item);
    size_t chained = 1;
    for (const struct item *other = item->next; other; other = other->next)
        chained++;
    for (size_t steps = random_below(chained); steps > 0; steps--)
        item = item->next;
    return item;
}

static uint64_t reverse_bits(uint64_t word)
{
    word = (word >> 1 & 0x5555555555555555u) | (word & 0x5555555555555555u) << 1;
    word = (word >> 2 & 0x3333333333333333u) | (word & 0x3333333333333333u) << 2;
    word = (word >> 4 & 0x0f0f0f0f0f0f0f0fu) | (word & 0x0f0f0f0f0f0f0f0fu) << 4;
    return __builtin_bswap64(word);
}

/*
 * The cursor counts with its highest bit first (as Redis's dictScan does): the buckets into which a
 * bucket splits, or with which it is merged, are then all before the cursor or all after it.
 */
uint64_t table_scan(const struct table *table, uint64_t cursor,
                    void (*visit)(struct item *item, void *arg), void *arg)
{
    if (!table->buckets)
        return 0;
    for (struct item *item = table->buckets[cursor & table->mask]; item; item = item->next)
        visit(item, arg);
    cursor |= ~(uint64_t)table->mask;
    return reverse_bits(reverse_bits(cursor) + 1);
}

size_t table_item_memory(const struct table *table, const struct item *item)
{
    size_t bytes = own_block_size(table->pool, item);
    own_usage usage;
    if (item->key_length > TEXT_ABOVE) {
        own_pool_total(item_text(table, item)->pool, &usage);
        bytes += usage.reserved;
    }
    return bytes;
}
