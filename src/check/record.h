/*
 * check/record.h - records of checked blocks, of objects and of dead memory, found by address.
 */
#ifndef CHECK_RECORD_H
#define CHECK_RECORD_H

#include "check/check.h"

enum record_kind {
    RECORD_BLOCK,  /* live; in the list of its checks */
    RECORD_FREED,  /* a block in quarantine */
    RECORD_DEAD,   /* a dead pool or object in quarantine */
    RECORD_OBJECT, /* live; in the list of all of them */
    RECORD_PLACE   /* where a listing of these is; in no bucket */
};

/* A pool, living or dead. */
#define CHECKS_NAME 52
struct checks {
    struct list link;   /* in the list of all */
    struct list blocks; /* the live ones, the oldest first */
    uintptr_t pool;     /* inverted; ~0: it is dead */
    size_t users;       /* the pool, and each record */
    char name[CHECKS_NAME];
};

struct record {
    struct record *next; /* in its bucket */
    struct list link;
    uintptr_t address;     /* inverted */
    struct checks *checks; /* NULL: none */
    size_t size;           /* of a block as it was asked for; of dead memory */
    size_t front;          /* in front of a block; of dead memory: a sum of what it contains */
    size_t whole;          /* what came from malloc */
    union {
        size_t (*put)(void *memory, size_t size); /* of dead memory */
        check_find *find;                         /* of a living object */
    };
    const char *type; /* of a dead object */
    uint32_t made;    /* sites */
    uint32_t freed;
    enum record_kind kind;
};

static inline char *record_address(const struct record *record)
{
    return (char *)~record->address;
}

static inline struct record *record_of(struct list *link)
{
    return list_item(link, struct record, link);
}

static inline void list_add_last(struct list *head, struct list *link)
{
    list_add_first(head->previous, link);
}

void check_lock(void);
void check_unlock(void);

/* All of these under the lock. NULL: there is none; or errno is ENOMEM. */
struct record *record_find(const void *address, enum record_kind kind);
struct record *record_make(const void *address, enum record_kind kind);
void record_drop(struct record *record);
struct checks *checks_make(void);
/* One user less. */
void checks_leave(struct checks *checks);
/* The block, live or freed, in which an address lies, and which it does not begin. Looks at all. */
struct record *record_around(const void *address);

/* wait.c, under the lock: puts a record into quarantine, as the newest there. */
void wait_begin(struct record *record);
/* Without it: lets go of the oldest, until at most so many bytes wait, and tells about them. */
void wait_trim(size_t most);
/* Under it: writes a sentence about damage to something in quarantine that nobody has been told of;
   false: there is none. */
bool wait_find_damage(char sentence[CHECK_SENTENCE]);
/* Under it: aborts where the equation of check.h does not hold. */
void wait_validate(void);
/* object.c, under it: the same of the guards of objects. */
bool objects_find_damage(char sentence[CHECK_SENTENCE]);
/* The sum of what memory contains. */
size_t wait_sum(const void *memory, size_t size);

/* tools.c: whether a sanitizer was compiled into the program that sees memory of malloc; whether
   the program runs under Valgrind. */
bool tools_are_in_program(void);
bool tools_valgrind_runs(void);
/* With CHECK_MALLOC: an address was to be freed that is no live block's. If it was one's before,
   the tool tells where it was made and freed. */
void tools_tell_freed(const void *address);

extern struct list all_checks;
extern struct list all_objects;

#endif
