/*
 * check/wait.c - the quarantine: freed blocks, and the memory of dead pools and objects, are not
 * used again until newer ones have come after them.
 */
#include "check/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct list waiting = {&waiting, &waiting}; /* the oldest first */
static size_t waiting_bytes;

size_t check_differs(const void *memory, size_t size, unsigned char fill)
{
    const unsigned char *bytes = memory;
    size_t at = 0;
    while (at < size && bytes[at] == fill)
        at++;
    return at;
}

size_t wait_sum(const void *memory, size_t size)
{
    const unsigned char *bytes = memory;
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
    return (size_t)sum;
}

static size_t bytes_of(const struct record *record)
{
    return record->kind == RECORD_FREED ? record->whole : record->size;
}

void wait_begin(struct record *record)
{
    list_add_last(&waiting, &record->link);
    waiting_bytes += bytes_of(record);
}

static bool find_damage_of_block(struct record *record, char sentence[CHECK_SENTENCE])
{
    unsigned char *block = (unsigned char *)record_address(record);
    size_t at = check_differs(block, record->size, CHECK_FILL_FREED);
    if (at == record->size)
        return false;
    snprintf(sentence, CHECK_SENTENCE,
             "the program has written to block %p (%zu bytes) of pool '%.50s' after it was freed, "
             "at byte %zu",
             (void *)block, record->size, record->checks->name, at);
    check_add_site(sentence, CHECK_SENTENCE, "made in ", record->made);
    check_add_site(sentence, CHECK_SENTENCE, "freed in ", record->freed);
    memset(block, CHECK_FILL_FREED, record->size);
    return true;
}

static bool find_damage_of_dead(struct record *record, char sentence[CHECK_SENTENCE])
{
    void *memory = record_address(record);
    size_t sum = wait_sum(memory, record->size);
    if (sum == record->front)
        return false;
    record->front = sum;
    if (record->checks)
        snprintf(sentence, CHECK_SENTENCE,
                 "the program has written to pool '%.50s' %p after its death", record->checks->name,
                 memory);
    else
        snprintf(sentence, CHECK_SENTENCE,
                 "the program has written to a %.50s at %p after its death", record->type, memory);
    check_add_site(sentence, CHECK_SENTENCE, "made in ", record->made);
    check_add_site(sentence, CHECK_SENTENCE, "died in ", record->freed);
    return true;
}

static bool find_damage(struct record *record, char sentence[CHECK_SENTENCE])
{
    return record->kind == RECORD_FREED ? find_damage_of_block(record, sentence)
                                        : find_damage_of_dead(record, sentence);
}

void wait_validate(void)
{
    size_t bytes = 0;
    for (struct list *link = waiting.next; link != &waiting; link = link->next)
        bytes += bytes_of(record_of(link));
    require(bytes == waiting_bytes, "check", NULL, "waiting = the sizes of what is in quarantine");
}

bool wait_find_damage(char sentence[CHECK_SENTENCE])
{
    for (struct list *link = waiting.next; link != &waiting; link = link->next) {
        if (find_damage(record_of(link), sentence))
            return true;
    }
    return false;
}

/* Lets go of the oldest. */
static void let_go(struct record *record, struct record *gone)
{
    list_remove(&record->link);
    waiting_bytes -= bytes_of(record);
    *gone = *record;
    record_drop(record);
}

void wait_trim(size_t most)
{
    char sentence[CHECK_SENTENCE];
    for (;;) {
        struct record gone;
        check_lock();
        bool any = waiting_bytes > most;
        bool damaged = any && find_damage(record_of(waiting.next), sentence);
        if (any)
            let_go(record_of(waiting.next), &gone);
        check_unlock();
        if (!any)
            return;
        if (damaged)
            check_tell(sentence);
        if (gone.kind == RECORD_FREED)
            free(record_address(&gone) - gone.front);
        else
            gone.put(record_address(&gone), gone.size);
    }
}
