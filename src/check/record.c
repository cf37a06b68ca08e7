/*
 * check/record.c - records, in a hash by address, and the memory that they lie in.
 */
#include "check/record.h"

#include "base/hash.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

#define PIECE ((size_t)64 << 10) /* of memory for records */
#define BUCKETS_FIRST ((size_t)1 << 12)

/* A record, a checks, or free. */
union cell {
    union cell *next;
    struct record record;
    struct checks checks;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static union cell *spare;
static struct record **buckets;
static size_t bucket_count; /* a power of two */
static size_t records;

struct list all_checks = {&all_checks, &all_checks};
struct list all_objects = {&all_objects, &all_objects};

void check_lock(void)
{
    pthread_mutex_lock(&lock);
}

void check_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

static void *map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? fail_pointer(ENOMEM) : memory;
}

static void *cell_get(void)
{
    if (!spare) {
        union cell *piece = map(PIECE);
        if (!piece)
            return NULL;
        for (size_t i = 0; i < PIECE / sizeof(*piece); i++) {
            piece[i].next = spare;
            spare = &piece[i];
        }
    }
    union cell *cell = spare;
    spare = cell->next;
    return cell;
}

static void cell_put(void *memory)
{
    union cell *cell = memory;
    cell->next = spare;
    spare = cell;
}

static struct record **bucket_of(const void *address)
{
    return &buckets[hash_address((uintptr_t)address) & (bucket_count - 1)];
}

/* Twice as many buckets, or the first ones. Without memory it does nothing. */
static void grow(void)
{
    struct record **old = buckets;
    size_t old_count = bucket_count;
    size_t count = old ? 2 * old_count : BUCKETS_FIRST;
    struct record **fresh = map(count * sizeof(*fresh));
    if (!fresh)
        return;
    buckets = fresh;
    bucket_count = count;
    for (size_t i = 0; i < old_count; i++) {
        for (struct record *record = old[i], *next; record; record = next) {
            struct record **bucket = bucket_of(record_address(record));
            next = record->next;
            record->next = *bucket;
            *bucket = record;
        }
    }
    if (old)
        munmap(old, old_count * sizeof(*old));
}

struct record *record_find(const void *address, enum record_kind kind)
{
    if (!buckets)
        return NULL;
    struct record *record = *bucket_of(address);
    while (record && (record_address(record) != address || record->kind != kind))
        record = record->next;
    return record;
}

struct record *record_make(const void *address, enum record_kind kind)
{
    int saved = errno;
    if (records >= bucket_count)
        grow();
    struct record *record = buckets ? cell_get() : NULL;
    if (!record)
        return NULL;
    errno = saved;
    struct record **bucket = bucket_of(address);
    *record = (struct record){.next = *bucket, .address = ~(uintptr_t)address, .kind = kind};
    *bucket = record;
    records++;
    return record;
}

void record_drop(struct record *record)
{
    struct record **at = bucket_of(record_address(record));
    while (*at != record)
        at = &(*at)->next;
    *at = record->next;
    records--;
    if (record->checks)
        checks_leave(record->checks);
    cell_put(record);
}

struct checks *checks_make(void)
{
    struct checks *checks = cell_get();
    if (!checks)
        return NULL;
    *checks = (struct checks){.users = 1};
    list_init(&checks->blocks);
    list_add_last(&all_checks, &checks->link);
    return checks;
}

void checks_leave(struct checks *checks)
{
    if (--checks->users > 0)
        return;
    list_remove(&checks->link);
    cell_put(checks);
}

struct record *record_around(const void *address)
{
    for (size_t i = 0; i < bucket_count; i++) {
        for (struct record *record = buckets[i]; record; record = record->next) {
            size_t offset = (uintptr_t)address - (uintptr_t)record_address(record);
            if (record->kind <= RECORD_FREED && offset && offset < record->size)
                return record;
        }
    }
    return NULL;
}
