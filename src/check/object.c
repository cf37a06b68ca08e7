/*
 * check/object.c - the objects that are alive, and the memory of those that are not.
 */
#include "check/record.h"

#include <errno.h>

void check_bury(void *memory, size_t size, struct checks *checks, const char *type, uint32_t made,
                size_t (*put)(void *memory, size_t size))
{
    struct record *record = NULL;
    int saved = errno;
    uint32_t site = check_site();
    if (check_words() & CHECK_QUARANTINE && size <= CHECK_WAITING_MAX) {
        mark_defined(memory, size); /* also where nothing was, to be summed up */
        check_lock();
        record = record_make(memory, RECORD_DEAD);
        if (record) {
            record->checks = checks;
            record->type = type;
            record->made = made;
            record->freed = site;
            record->size = size;
            record->put = put;
            record->front = wait_sum(memory, size);
            if (checks)
                checks->users++;
            wait_begin(record);
        }
        check_unlock();
    }
    if (record)
        wait_trim(CHECK_WAITING_MAX);
    else
        put(memory, size);
    errno = saved;
}

void check_add_object(const void *object, check_find *find)
{
    int saved = errno;
    uint32_t site = check_site();
    check_lock();
    struct record *record = record_make(object, RECORD_OBJECT);
    if (record) {
        record->made = site;
        record->find = find;
        list_add_last(&all_objects, &record->link);
    }
    check_unlock();
    errno = saved;
}

void check_remove_object(const void *object)
{
    check_lock();
    struct record *record = record_find(object, RECORD_OBJECT);
    if (record) {
        list_remove(&record->link);
        record_drop(record);
    }
    check_unlock();
}

bool objects_find_damage(char sentence[CHECK_SENTENCE])
{
    for (struct list *link = all_objects.next; link != &all_objects; link = link->next) {
        const struct record *record = record_of(link);
        if (record->kind == RECORD_OBJECT && record->find &&
            record->find(record_address(record), sentence)) {
            check_add_site(sentence, CHECK_SENTENCE, "made in ", record->made);
            return true;
        }
    }
    return false;
}

void check_each_object(void (*visit)(void *object, void *arg), void *arg)
{
    struct record place = {.kind = RECORD_PLACE};
    check_lock();
    list_add_first(&all_objects, &place.link);
    while (place.link.next != &all_objects) {
        struct list *next = place.link.next;
        list_remove(&place.link);
        list_add_first(next, &place.link); /* behind it */
        if (record_of(next)->kind != RECORD_OBJECT)
            continue;
        void *object = record_address(record_of(next));
        check_unlock();
        visit(object, arg);
        check_lock();
    }
    list_remove(&place.link);
    check_unlock();
}
