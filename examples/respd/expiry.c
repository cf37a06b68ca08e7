/*
 * expiry.c - the deadlines of a database: a binary heap, the earliest first.
 *
 * Each entry knows its place in the heap, so a deadline is changed or removed in O(log n).
 */
#include "database.h"
#include "watch.h"

#define DEADLINES_FIRST 8

static void put(struct database *database, uint32_t place, struct deadline deadline)
{
    database->deadlines[place] = deadline;
    deadline.entry->deadline = place;
}

/* Puts a deadline at a place that is free, or further up or down where its time belongs. */
static void sift(struct database *database, uint32_t place, struct deadline deadline)
{
    struct deadline *heap = database->deadlines;
    while (place > 1 && heap[place / 2].when > deadline.when) {
        put(database, place, heap[place / 2]);
        place /= 2;
    }
    for (uint32_t child = place * 2; child <= database->deadline_count; child = place * 2) {
        if (child < database->deadline_count && heap[child + 1].when < heap[child].when)
            child++;
        if (heap[child].when >= deadline.when)
            break;
        put(database, place, heap[child]);
        place = child;
    }
    put(database, place, deadline);
}

static int resize(struct database *database, uint32_t capacity)
{
    void *grown = own_realloc(database->pool, database->deadlines, (size_t)capacity + 1,
                              sizeof(struct deadline));
    if (!grown)
        return -1;
    database->deadlines = grown;
    database->deadline_capacity = capacity;
    return 0;
}

int expiry_set(struct database *database, struct entry *entry, int64_t when)
{
    if (!entry->deadline) {
        uint32_t capacity = database->deadline_capacity;
        if (database->deadline_count == capacity &&
            resize(database, capacity ? capacity * 2 : DEADLINES_FIRST) != 0)
            return -1;
        entry->deadline = ++database->deadline_count;
    }
    sift(database, entry->deadline, (struct deadline){when, entry});
    watch_touch(database, entry);
    return 0;
}

void expiry_remove(struct database *database, struct entry *entry)
{
    uint32_t place = entry->deadline;
    if (!place)
        return;
    watch_touch(database, entry);
    entry->deadline = 0;
    struct deadline last = database->deadlines[database->deadline_count--];
    if (last.entry != entry)
        sift(database, place, last);
    uint32_t capacity = database->deadline_capacity;
    if (capacity > DEADLINES_FIRST && database->deadline_count < capacity / 8)
        (void)resize(database, capacity / 4);
}

void expiry_move(struct database *database, struct entry *from, struct entry *to)
{
    expiry_remove(database, to);
    to->deadline = from->deadline;
    from->deadline = 0;
    if (to->deadline)
        database->deadlines[to->deadline].entry = to;
}

int64_t expiry_of(const struct database *database, const struct entry *entry)
{
    return entry->deadline ? database->deadlines[entry->deadline].when : -1;
}

int64_t expiry_earliest(const struct database *database)
{
    return database->deadline_count ? database->deadlines[1].when : -1;
}

bool expiry_run(struct database *database, unsigned max)
{
    while (database->deadline_count && database->deadlines[1].when <= *database->now) {
        if (max-- == 0)
            return true;
        database_delete(database, database->deadlines[1].entry);
        database->expired++;
    }
    return false;
}
