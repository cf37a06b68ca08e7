/*
 * model/pieces.c - the library's side: blocks and what they contain, adopted memory, an allocator.
 *
 * Byte i of block b is b + i, but for the middle of large ones, which nobody looks at.
 */
#include "things.h"

#include <stdlib.h>

enum { BEGINNING = 2048, ENDING = 64 };

void *blocks[BLOCKS];
size_t sizes[BLOCKS];
static uint8_t pattern[BEGINNING + 512];
static const uint8_t zeroes[BEGINNING];

/* In front of memory that the library did not allocate. */
struct header {
    _Alignas(16) int number;
    struct header *next; /* of those that the allocator made */
};
static struct header *privates;

static struct header *find_private(const void *memory)
{
    struct header *header = privates;

    while (header && header + 1 != memory)
        header = header->next;
    return header;
}

static const uint8_t *pattern_of(int at)
{
    if (!pattern[1])
        for (int i = 0; i < BEGINNING + 512; i++)
            pattern[i] = (uint8_t)i;
    return pattern + at;
}

static size_t beginning(size_t size)
{
    return size < BEGINNING ? size : BEGINNING;
}

static void fill(int at, uint8_t *memory, size_t size)
{
    memcpy(memory, pattern_of(at), beginning(size));
    if (size > BEGINNING + ENDING)
        memcpy(memory + size - ENDING, pattern_of((int)((size_t)at + size) & 255), ENDING);
    blocks[at] = memory;
    sizes[at] = size;
}

static void check(int at, const uint8_t *memory, size_t size)
{
    if (memcmp(memory, pattern_of(at), beginning(size)) != 0 ||
        (size > BEGINNING + ENDING &&
         memcmp(memory + size - ENDING, pattern_of((int)((size_t)at + size) & 255), ENDING) != 0))
        differs("the contents of a block", at);
}

void *checked(int at)
{
    check(at, (const uint8_t *)blocks[at], sizes[at]);
    return blocks[at];
}

void *fresh(int to, void *memory, size_t size)
{
    if (!memory)
        return NULL;
    struct header *private = find_private(memory);
    if (private)
    private->number = to;
    else if ((uintptr_t)memory % 16) differs("the alignment of a block", to);
    fill(to, (uint8_t *)memory, size);
    return memory;
}

void *zeroed(int to, void *memory, size_t size)
{
    if (memory && memcmp(memory, zeroes, beginning(size)) != 0)
        differs("a block that is not zeroed", to);
    return fresh(to, memory, size);
}

void *aligned(int to, void *memory, size_t size, int log)
{
    if ((uintptr_t)memory & (((uintptr_t)1 << log) - 1))
        differs("the alignment of a block", to);
    return zeroed(to, memory, size);
}

void *copied(int to, void *memory, int from, size_t common, size_t size)
{
    if (memory && memcmp(memory, pattern_of(from), beginning(common)) != 0)
        differs("the copy of a block", to);
    return fresh(to, memory, size);
}

void *resized(int at, void *memory, size_t asked, size_t size, bool zero)
{
    size_t old = sizes[at], kept = old < asked ? old : asked;

    if (!memory)
        return NULL;
    if (memcmp(memory, pattern_of(at), beginning(kept)) != 0)
        differs("the contents of a block that was resized or moved", at);
    if (zero && size > old && old < BEGINNING)
        if (memcmp((uint8_t *)memory + old, zeroes, beginning(size) - old) != 0)
            differs("the new end of a block", at);
    return fresh(at, memory, size);
}

void *inside(int at, size_t offset)
{
    return (char *)blocks[at] + offset;
}

static void *make(size_t size)
{
    struct header *header = (struct header *)malloc(sizeof *header + (size ? size : 1));

    if (!header)
        abort();
    return header + 1;
}

static void unmake(void *memory)
{
    free((struct header *)memory - 1);
}

void *foreign(int to, size_t size)
{
    void *memory = make(size);

    ((struct header *)memory)[-1].number = to;
    fill(to, (uint8_t *)memory, size);
    return memory;
}

int adopted(int to, int result)
{
    if (result != 0)
        unmake(blocks[to]);
    return result;
}

int disowned(int at, int result)
{
    if (result == 0)
        unmake(checked(at));
    return result;
}

void freed(void *memory)
{
    int at = ((struct header *)memory)[-1].number;

    check(at, (const uint8_t *)memory, sizes[at]);
    happened(FREED, at);
    unmake(memory);
}

void freed_with(void *memory, void *arg)
{
    if (((struct header *)memory)[-1].number != *(int *)arg)
        differs("a free function gets another context", *(int *)arg);
    freed(memory);
}

static void *private_alloc(void *ctx, size_t size)
{
    struct header *made = (struct header *)make(size) - 1;

    (void)ctx;
    made->next = privates;
    privates = made;
    return made + 1;
}

static void private_free(void *ctx, void *memory)
{
    struct header **link = &privates;

    (void)ctx;
    while (*link && *link + 1 != memory)
        link = &(*link)->next;
    if (!*link)
        differs("the allocator gets other memory back", 0);
    *link = (*link)->next;
    freed(memory);
}

const own_pool_options *options(int kind, size_t reserve)
{
    static const own_allocator allocator = {.alloc = private_alloc, .free = private_free};
    static own_pool_options made;

    made = (own_pool_options){.name = "model", .reserve = reserve};
    made.flags = kind == 1 ? OWN_POOL_EXACT : 0;
    made.allocator = kind == 2 ? &allocator : NULL;
    return &made;
}
