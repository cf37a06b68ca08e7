/*
 * model/pieces.c - the library's side: blocks and what they contain, adopted memory, an allocator.
 *
 * Byte i of block b is b + i, but for the middle of large ones, which nobody looks at.
 */
#include "things.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { BEGINNING = 2048, ENDING = 64 };
#define REGION ((size_t)1 << 30)

void *blocks[BLOCKS];
size_t sizes[BLOCKS];
static uint8_t pattern[BEGINNING + 512];
static const uint8_t zeroes[BEGINNING];

/* In front of memory that the library did not allocate. */
struct header {
    _Alignas(16) int number;
    size_t size;         /* of a buffer's */
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
    header->number = NOBODY;
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
    struct header *header = *link;
    *link = header->next;
    if (header->number == NOBODY) /* of a block that a limit has refused */
        unmake(memory);
    else
        freed(memory);
}

/* A region that is never full: pages of it are there when they are used. */
static const own_chunks *region(void)
{
    static own_chunks chunks;

    if (!chunks.get) {
        void *memory = mmap(NULL, REGION, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED)
            abort();
        chunks = own_chunks_fixed(memory, REGION);
    }
    return &chunks;
}

const own_pool_options *options(int kind, size_t reserve)
{
    static const own_allocator allocator = {.alloc = private_alloc, .free = private_free};
    static own_pool_options made;

    made = (own_pool_options){.name = "model", .reserve = reserve};
    made.flags = kind == 1 ? OWN_POOL_EXACT : 0;
    made.allocator = kind == 2 ? &allocator : NULL;
    made.chunks = kind == 4 ? region() : NULL;
    return &made;
}

static size_t buffer_sizes[NODES];

static void fill_buffer(int at, void *data, size_t size)
{
    memcpy(data, pattern_of(at), beginning(size));
    buffer_sizes[at] = size;
}

void *filled(int to, own_buffer *made, bool zero)
{
    size_t size = own_buffer_size(made);

    if (!made)
        return NULL;
    if (zero && memcmp(own_buffer_data(made), zeroes, beginning(size)) != 0)
        differs("a buffer that is not zeroed", to);
    fill_buffer(to, own_buffer_data(made), size);
    return made;
}

static void *offered; /* no callback comes between */

void *memory_for(int to, size_t size)
{
    struct header *header = (struct header *)make(size) - 1;

    header->number = to;
    header->size = size;
    fill_buffer(to, header + 1, size);
    offered = header + 1;
    return offered;
}

void *taken_over(own_buffer *made)
{
    if (!made)
        unmake(offered);
    return made;
}

void buffer_freed(void *memory)
{
    const struct header *header = (struct header *)memory - 1;

    if (memcmp(memory, pattern_of(header->number), beginning(header->size)) != 0)
        differs("the contents of a buffer's memory", header->number);
    happened(BUFFER_FREED, header->number);
    unmake(memory);
}

int refilled(int at, size_t size, int result)
{
    size_t old = buffer_sizes[at], kept = old < size ? old : size;
    uint8_t *data = (uint8_t *)own_buffer_data(buffer(at));

    if (result != 0)
        return result;
    if (memcmp(data, pattern_of(at), beginning(kept)) != 0)
        differs("the contents of a buffer", at);
    if (size > old && old < BEGINNING)
        if (memcmp(data + old, zeroes, beginning(size) - old) != 0)
            differs("the new end of a buffer", at);
    fill_buffer(at, data, size);
    return result;
}

size_t checked_buffer(int at)
{
    if (memcmp(own_buffer_data(buffer(at)), pattern_of(at), beginning(buffer_sizes[at])) != 0)
        differs("the contents of a buffer", at);
    return own_buffer_size(buffer(at));
}

const char *letters(size_t count)
{
    static char string[260];

    for (size_t i = 0; i < count; i++)
        string[i] = (char)('a' + i % 26);
    string[count] = 0;
    return string;
}

const char *rest(size_t count, int from)
{
    static char string[260];

    memcpy(string, letters(count), count + 1);
    return string + from;
}

void *text(int to, char *string, size_t length, size_t size)
{
    if (string && (strlen(string) != length || strcmp(string, letters(length)) != 0))
        differs("a string", to);
    return fresh(to, string, size);
}
