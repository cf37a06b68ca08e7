/*
 * check/block.c - blocks of checked pools: guards around them, and what fills them.
 */
#include "check/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUARD_LEAST ((size_t)16)
#define GUARD_FRONT ((size_t)32)

/* Under the lock. */
static void checks_rename(struct checks *checks, const char *name)
{
    if (strncmp(checks->name, name, CHECKS_NAME - 1) != 0)
        snprintf(checks->name, CHECKS_NAME, "%s", name);
}

struct checks *check_begin(const void *pool, const char *name)
{
    check_lock();
    struct checks *checks = checks_make();
    if (checks) {
        checks->pool = ~(uintptr_t)pool;
        checks_rename(checks, name);
    }
    check_unlock();
    return checks;
}

void check_name(struct checks *checks, const char *name)
{
    check_lock();
    checks_rename(checks, name);
    check_unlock();
}

void check_end(struct checks *checks)
{
    check_lock();
    checks->pool = ~(uintptr_t)0;
    checks_leave(checks);
    check_unlock();
}

static void guard(const struct record *record)
{
    char *block = record_address(record);
    size_t behind = record->whole - record->front - record->size;
    memset(block - record->front, CHECK_FILL_GUARD, record->front);
    memset(block + record->size, CHECK_FILL_GUARD, behind);
}

/* How many bytes malloc is asked for, and how many of these are in front of the block. 0: too
   many. */
static size_t whole_size(size_t alignment, size_t bytes, size_t *front)
{
    bool guards = check_words() & CHECK_GUARD;
    *front = guards ? max_size(alignment, GUARD_FRONT) : 0;
    size_t behind = guards ? GUARD_LEAST + (-bytes & (GUARD_LEAST - 1)) : 0;
    size_t whole;
    if (add_overflows(*front + behind, bytes, &whole) || whole > PTRDIFF_MAX)
        return 0;
    return max_size(whole, 1);
}

static void *get(size_t alignment, size_t whole)
{
    void *memory = NULL;
    if (alignment <= _Alignof(max_align_t))
        return malloc(whole);
    return posix_memalign(&memory, alignment, whole) == 0 ? memory : NULL;
}

void *check_alloc(struct checks *checks, size_t alignment, size_t bytes)
{
    size_t front;
    size_t whole = whole_size(alignment, bytes, &front);
    char *memory = whole ? get(alignment, whole) : NULL;
    if (!memory)
        return fail_pointer(ENOMEM);
    uint32_t site = check_site();
    check_lock();
    struct record *record = record_make(memory + front, RECORD_BLOCK);
    if (record) {
        record->checks = checks;
        record->size = bytes;
        record->front = front;
        record->whole = whole;
        record->made = site;
        checks->users++;
        list_add_last(&checks->blocks, &record->link);
        if (check_words() & CHECK_GUARD)
            guard(record);
    }
    check_unlock();
    if (!record) {
        free(memory);
        return fail_pointer(ENOMEM);
    }
    if (check_words() & CHECK_FILL)
        memset(memory + front, CHECK_FILL_FRESH, bytes);
    return memory + front;
}

void *check_allocate(void *checks, size_t bytes)
{
    return check_alloc(checks, 1, bytes);
}

void check_shrink(void *block, size_t bytes)
{
    check_lock();
    struct record *record = record_find(block, RECORD_BLOCK);
    record->size = bytes;
    if (check_words() & CHECK_GUARD)
        guard(record);
    check_unlock();
}

/* Writes a sentence about a damaged guard, which is then whole again. False: it is not damaged. */
static bool find_damage(const struct record *record, char sentence[CHECK_SENTENCE])
{
    const char *block = record_address(record);
    size_t behind = record->whole - record->front - record->size;
    if (!(check_words() & CHECK_GUARD))
        return false;
    size_t after = check_differs(block + record->size, behind, CHECK_FILL_GUARD);
    size_t before = check_differs(block - record->front, record->front, CHECK_FILL_GUARD);
    if (after < behind)
        snprintf(sentence, CHECK_SENTENCE,
                 "the program has written past the end of block %p (%zu bytes) of pool '%.50s', at "
                 "byte %zu",
                 (const void *)block, record->size, record->checks->name, record->size + after);
    else if (before < record->front)
        snprintf(sentence, CHECK_SENTENCE,
                 "the program has written in front of block %p (%zu bytes) of pool '%.50s', %zu "
                 "bytes before it or less",
                 (const void *)block, record->size, record->checks->name, record->front - before);
    else
        return false;
    check_add_site(sentence, CHECK_SENTENCE, "made in ", record->made);
    guard(record);
    return true;
}

/* A live block becomes a freed one. Returns what free is to be called with; NULL: it waits. */
static void *end_block(struct record *record)
{
    unsigned words = check_words();
    char *block = record_address(record);
    void *memory = block - record->front;
    list_remove(&record->link);
    if (words & (CHECK_FILL | CHECK_QUARANTINE))
        memset(block, CHECK_FILL_FREED, record->size);
    if (words & CHECK_QUARANTINE && record->whole <= CHECK_WAITING_MAX) {
        record->kind = RECORD_FREED;
        wait_begin(record);
        return NULL;
    }
    record_drop(record);
    return memory;
}

void check_free(void *unused, void *block)
{
    char sentence[CHECK_SENTENCE];
    (void)unused; /* the record has the checks */
    uint32_t site = check_site();
    check_lock();
    struct record *record = record_find(block, RECORD_BLOCK);
    bool damaged = find_damage(record, sentence);
    record->freed = site;
    void *memory = end_block(record);
    check_unlock();
    /* First: what was written past the guards may end the process in free. */
    if (damaged)
        check_tell(sentence);
    if (memory)
        free(memory);
    else
        wait_trim(CHECK_WAITING_MAX);
}

/* Under the lock: the record that tells why an address is not that of a live block of the pool, and
   a sentence without sites. NULL: nothing is known of that address. */
static const struct record *find_reason(const struct checks *checks, const char *call,
                                        const void *address, char sentence[CHECK_SENTENCE])
{
    const struct record *record = record_find(address, RECORD_FREED);
    if (record) {
        snprintf(sentence, CHECK_SENTENCE,
                 "%s: block %p (%zu bytes) of pool '%.50s' was freed before", call, address,
                 record->size, record->checks->name);
        return record;
    }
    record = record_find(address, RECORD_BLOCK);
    if (record) {
        snprintf(sentence, CHECK_SENTENCE,
                 "%s: block %p (%zu bytes) is one of pool '%.50s', not of pool '%.50s'", call,
                 address, record->size, record->checks->name, checks->name);
        return record->checks == checks ? NULL : record;
    }
    record = record_around(address);
    if (record)
        snprintf(sentence, CHECK_SENTENCE,
                 "%s: %p lies in block %p (%zu bytes) of pool '%.50s'%s, at byte %zu", call,
                 address, (void *)record_address(record), record->size, record->checks->name,
                 record->kind == RECORD_FREED ? ", which was freed before" : "",
                 (size_t)((const char *)address - record_address(record)));
    return record;
}

void check_refuse(const struct checks *checks, const char *call, const void *address)
{
    char sentence[CHECK_SENTENCE];
    check_lock();
    const struct record *record = find_reason(checks, call, address, sentence);
    if (record) {
        check_add_site(sentence, sizeof(sentence), "made in ", record->made);
        check_add_site(sentence, sizeof(sentence), "freed in ", record->freed);
    }
    check_unlock();
    if (record)
        check_tell(sentence);
    else
        tools_tell_freed(address);
}

void *check_pool_of(const void *address)
{
    if (OWN_LIKELY(!check_words()))
        return NULL;
    check_lock();
    const struct record *record = record_find(address, RECORD_BLOCK);
    void *pool = record ? (void *)~record->checks->pool : NULL;
    check_unlock();
    return pool;
}

/* Under the lock. */
static bool find_damage_of_pool(struct checks *checks, char sentence[CHECK_SENTENCE])
{
    for (struct list *link = checks->blocks.next; link != &checks->blocks; link = link->next) {
        if (find_damage(record_of(link), sentence))
            return true;
    }
    return false;
}

static bool find_any_damage(const struct checks *only, char sentence[CHECK_SENTENCE])
{
    for (struct list *link = all_checks.next; link != &all_checks; link = link->next) {
        struct checks *checks = list_item(link, struct checks, link);
        if ((!only || checks == only) && find_damage_of_pool(checks, sentence))
            return true;
    }
    return (!only && objects_find_damage(sentence)) || wait_find_damage(sentence);
}

size_t check_guards(const struct checks *checks)
{
    char sentence[CHECK_SENTENCE];
    for (size_t count = 0;; count++) {
        check_lock();
        if (OWN_DEBUG)
            wait_validate();
        bool damaged = find_any_damage(checks, sentence);
        check_unlock();
        if (!damaged)
            return count;
        check_tell(sentence);
    }
}
