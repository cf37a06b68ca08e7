/*
 * tools/ownstat/names.c - texts that are kept once each.
 */
#include "names.h"

#include <string.h>

/* FNV-1a. */
static uint64_t hash_text(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    return hash ^ hash >> 32;
}

uint64_t hash_pair(uint64_t first, uint64_t second)
{
    uint64_t hash = first * 0x9e3779b97f4a7c15 ^ (second + 0x632be59bd9b4e019);
    hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
    hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
    return hash ^ hash >> 31;
}

static void make_table(struct names *names, size_t size)
{
    names->table = own_alloc_raw(names->pool, size, sizeof *names->table);
    names->table_size = size;
    for (size_t i = 0; i < size; i++)
        names->table[i] = NONE;
}

void names_begin(struct names *names, own_pool *pool)
{
    *names = (struct names){.pool = pool};
    make_table(names, 64);
}

/* The place in the table where a text is, or where it belongs. */
static size_t place_of(const struct names *names, const char *text, uint64_t hash)
{
    size_t mask = names->table_size - 1;
    size_t place = hash & mask;
    for (;; place = (place + 1) & mask) {
        size_t number = names->table[place];
        if (number == NONE ||
            (names->hashes[number] == hash && strcmp(names->texts[number], text) == 0))
            return place;
    }
}

static void grow_table(struct names *names)
{
    size_t *old = names->table;
    make_table(names, names->table_size * 2);
    own_free(names->pool, old);
    for (size_t i = 0; i < names->count; i++) {
        size_t place = names->hashes[i] & (names->table_size - 1);
        while (names->table[place] != NONE)
            place = (place + 1) & (names->table_size - 1);
        names->table[place] = i;
    }
}

size_t names_add(struct names *names, const char *text)
{
    uint64_t hash = hash_text(text);
    size_t place = place_of(names, text, hash);
    if (names->table[place] != NONE)
        return names->table[place];
    size_t number = names->count;
    names->texts =
        memory_grow(names->pool, names->texts, number, &names->room, sizeof *names->texts);
    names->hashes =
        memory_grow(names->pool, names->hashes, number, &names->hash_room, sizeof *names->hashes);
    names->texts[number] = own_strdup(names->pool, text);
    names->hashes[number] = hash;
    names->table[place] = number;
    names->count++;
    if (names->count > names->table_size / 2)
        grow_table(names);
    return number;
}

size_t names_find(const struct names *names, const char *text)
{
    return names->table[place_of(names, text, hash_text(text))];
}
