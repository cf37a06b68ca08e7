/*
 * check/check.h - the room check: what OWN_CHECK asks for (own/check.h). Knows no pool.
 *
 *   words.c       reads the environment
 *   tools.c       sanitizers in the program, and Valgrind
 *   record.[ch]   records of checked blocks, of objects and of dead memory, found by address
 *   block.c       blocks of checked pools: guards, and what fills them
 *   wait.c        the quarantine
 *   place.c       where it was made and freed
 *   object.c      the objects that are alive, memory of dead pools and objects
 *
 * The blocks of a checked pool come from malloc, one by one, through an allocator of the pool
 * (pool/foreign.h), which is this room. Each has a record apart from it:
 *
 *   | front guard | block: as many bytes as were asked for | guard behind it, 16 bytes at least |
 *
 * Equation (debug builds check it whenever all guards are looked at):
 *
 *   waiting   = the sum of the sizes of what is in quarantine
 *
 * Records keep addresses inverted, and lie in memory of their own that is not from malloc: what
 * looks for leaked memory does not take them for references.
 *
 * Threads: any. One lock, under which no code of users runs; the lock of a part may be held when it
 * is taken. Under it sites are described, for which the dynamic linker is asked. Sentences are told
 * without it.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "base/base.h"

/* The words of OWN_CHECK. */
#define CHECK_GUARD 1U
#define CHECK_FILL 2U
#define CHECK_QUARANTINE 4U
#define CHECK_SITE 8U
#define CHECK_LEAK 16U
#define CHECK_MALLOC 32U   /* each chunk and each block is a piece of malloc's */
#define CHECK_CONTINUE 64U /* sentences of checks do not abort */
#define CHECK_NONE 128U    /* not even where a sanitizer is found */
#define CHECK_UNREAD 256U  /* the environment has not been read yet */

#define CHECK_WAITING_MAX ((size_t)1 << 20)

extern unsigned check_state;
unsigned check_read(void);
/* Whether OWN_CHECK has the word `site'. Asked when the library is loaded, before the program may
   have set the others for itself, so that only this word is looked at. */
bool check_asks_for_sites(void);

/* The words that are set; 0, mostly. The environment is read by the first call. */
static inline unsigned check_words(void)
{
    unsigned state = __atomic_load_n(&check_state, __ATOMIC_ACQUIRE);
    if (OWN_LIKELY(!state))
        return 0;
    return state & CHECK_UNREAD ? check_read() : state;
}

/* Whether chunks are pieces of malloc's. */
static inline bool check_uses_malloc(void)
{
    return check_words() & CHECK_MALLOC;
}

/* Whether live objects have to be findable. */
static inline bool check_lists_objects(void)
{
    return OWN_DEBUG || OWN_UNLIKELY(check_words() != 0);
}

/* What new raw memory, freed memory and guards are filled with. */
#define CHECK_FILL_FRESH 0xcd
#define CHECK_FILL_FREED 0xdd
#define CHECK_FILL_GUARD 0xfd
/* The first byte that is not `fill`. `size`: all are. */
size_t check_differs(const void *memory, size_t size, unsigned char fill);

#define CHECK_SENTENCE 1000
/* Tells a sentence as a misuse, or only writes it, if the words say so. */
void check_tell(const char *sentence);

/* place.c: the site of the caller, with CHECK_SITE; else 0. Not under a lock. */
uint32_t check_site(void);
/* Adds `; what f < g < main' to a sentence, if the site is known. */
void check_add_site(char *sentence, size_t room, const char *what, uint32_t site);
/* Adds what is known of a dead object, or of the record of its size in front of it. */
void check_add_death(char *sentence, size_t room, const void *memory);
/* Where an object that is alive was made. */
uint32_t check_site_of(const void *object);

/* What is in front of each chunk that is a piece of malloc's, and smaller than a unit: free writes
   there, so that what is dead can still be recognised. 0: under Valgrind, whose free does not, and
   which takes a chunk for lost if nothing points to its first byte. */
size_t check_malloc_front(void);
/* With CHECK_MALLOC: tells AddressSanitizer that the program does not use these bytes. */
void check_unusable(const void *memory, size_t size);

/* block.c: what is known of a pool. It lasts until nothing of the pool waits in quarantine. */
struct checks;
/* NULL: ENOMEM. `pool` is only compared, and returned by check_pool_of. */
struct checks *check_begin(const void *pool, const char *name);
/* The pool has another name. That is copied: it may lie in a block of the pool. */
void check_name(struct checks *checks, const char *name);
/* The pool has died; its blocks have been freed. */
void check_end(struct checks *checks);

/* A block of `bytes`, which may be 0. Its contents are arbitrary. NULL: ENOMEM. */
void *check_alloc(struct checks *checks, size_t alignment, size_t bytes);
/* The functions of an own_allocator, whose ctx is a checks. */
void *check_allocate(void *checks, size_t bytes);
void check_free(void *checks, void *block);
/* A live block becomes smaller, where it is. */
void check_shrink(void *block, size_t bytes);
/* Tells why an address is not that of a live block of the pool, if that is known. */
void check_refuse(const struct checks *checks, const char *call, const void *address);
/* The pool, in which a checked block begins at that address; NULL: there is none. */
void *check_pool_of(const void *address);
/* Tells about all damage to the guards of a pool's blocks (NULL: of all pools, and of all objects),
   and to what is in quarantine. Returns how many times. */
size_t check_guards(const struct checks *checks);

/* object.c: the memory of a dead pool, or object of a type (checks is NULL), waits until `put` gets
   it: at once, if the words do not say otherwise. `made`: its site. */
void check_bury(void *memory, size_t size, struct checks *checks, const char *type, uint32_t made,
                size_t (*put)(void *memory, size_t size));

/* Writes a sentence if the guards of an object are damaged, and makes them whole. */
typedef bool check_find(const void *object, char sentence[CHECK_SENTENCE]);
/* Objects that are alive, in the order in which they were made. An object that cannot be recorded
   is not listed. `find` is called under the lock; NULL: the object has no guards. */
void check_add_object(const void *object, check_find *find);
/* Sets what lists them when the program ends, with CHECK_LEAK. */
void check_list_at_exit(void (*list)(void));
void check_remove_object(const void *object);
/* Visits them; what visit makes is visited too. It may end the object that it gets. */
void check_each_object(void (*visit)(void *object, void *arg), void *arg);

#endif
