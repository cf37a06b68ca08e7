/*
 * overflow.c - writes past the end of a block, of any length up to a page: as far as SECURITY says
 * that no bookkeeping lies there, none is changed, and all calls on the pool and its death go on as
 * if nothing had happened. Where bookkeeping begins is computed from the records themselves: pages
 * and large blocks have none at all behind them, extents have it behind their last block.
 *
 * And with OWN_CHECK=guard, such a write ends the process when the block is freed, whatever it hit.
 */
#include "harness.h"
#include "page/page.h"
#include "pool/pool.h"

#include "large/large.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define LENGTH_MOST ((size_t)4096)
#define BLOCKS 6000

/* The bookkeeping of a pool, copied; and the blocks that it has. */
struct books {
    own_pool *pool;
    char *block[BLOCKS];
    size_t count;
    size_t size; /* of each */
    struct {
        const char *at;
        char *copy;
        size_t bytes;
    } record[200];
    size_t records;
};

static void record(struct books *books, const void *at, size_t bytes)
{
    expect(books->records < 200);
    char *copy = malloc(bytes);
    expect(copy != NULL);
    memcpy(copy, at, bytes);
    books->record[books->records].at = at;
    books->record[books->records].copy = copy;
    books->record[books->records++].bytes = bytes;
}

/* Calls that with each extent. */
static void each_extent(const struct memory *memory,
                        void (*visit)(const struct memory *memory, const struct extent *extent,
                                      void *arg),
                        void *arg)
{
    const struct stock *stock = memory->stock;
    const struct extent *big = stock && stock->lists ? stock->extents : NULL;

    if (extent_is_big(memory->extent) && memory->extent->older)
        visit(memory, memory->extent, arg); /* in use, and not among the others */
    for (const struct extent *extent = extent_small(memory); extent; extent = extent->older)
        visit(memory, extent, arg);
    for (; big; big = extent_big(big)->older)
        if (big != memory->extent)
            visit(memory, big, arg);
}

/* Where the log of an extent begins, if it has one, else its end. */
static const char *blocks_end(const struct memory *memory, const struct extent *extent)
{
    if (extent == memory->extent)
        return memory->end ? memory->end : extent_end(extent);
    return extent_end(extent) - (extent->settled ? 0 : extent_left(extent)->log);
}

/* The header, the bits, the log, and what lies behind a big extent. */
static void record_extent(const struct memory *memory, const struct extent *extent, void *arg)
{
    struct books *books = arg;
    const char *first = extent_address(extent, extent_first_index(extent));
    const char *end = blocks_end(memory, extent);

    record(books, extent, (size_t)(first - (const char *)extent));
    if (end < extent_end(extent))
        record(books, end, (size_t)(extent_end(extent) - end));
    if (extent_is_big(extent) && extent->older)
        record(books, extent_big(extent), sizeof(struct big));
}

/* All that the library keeps about the pool: its head, extents, pages, large blocks, the log. */
static void record_all(struct books *books)
{
    own_pool *pool = books->pool;
    const struct memory *memory = &pool->part.memory;

    record(books, pool, offsetof(own_pool, first));
    each_extent(memory, record_extent, books);
    const struct stock *stock = memory->stock;
    if (!stock || !stock->lists)
        return;
    record(books, stock, sizeof *stock);
    for (const struct unit *unit = stock->unit; unit; unit = unit->next)
        record(books, unit, sizeof *unit);
    for (const struct large *large = stock->large; large; large = large->older)
        record(books, large, sizeof *large);
}

static bool is_unchanged(const struct books *books)
{
    for (size_t i = 0; i < books->records; i++)
        if (memcmp(books->record[i].at, books->record[i].copy, books->record[i].bytes) != 0)
            return false;
    return true;
}

static const struct unit *page_unit_of(const own_pool *pool, const char *block)
{
    const struct stock *stock = pool->part.memory.stock;
    const struct unit *unit = stock && stock->lists ? stock->unit : NULL;

    while (unit && !(block >= unit->at && block < unit->at + CHUNK_UNIT))
        unit = unit->next;
    return unit;
}

static const struct large *large_of(const own_pool *pool, const char *block)
{
    const struct stock *stock = pool->part.memory.stock;
    const struct large *large = stock && stock->lists ? stock->large : NULL;

    while (large && large->block != block)
        large = large->older;
    return large;
}

struct spot {
    const char *block, *end;
};

static void find_end(const struct memory *memory, const struct extent *extent, void *arg)
{
    struct spot *spot = arg;

    if (extent_has(extent, spot->block))
        spot->end = blocks_end(memory, extent);
}

/* How many bytes from the block on have no bookkeeping of the library. */
static size_t room_from(const own_pool *pool, const char *block)
{
    const struct memory *memory = &pool->part.memory;
    const struct unit *unit = page_unit_of(pool, block);
    const struct large *large = large_of(pool, block);

    if (unit)
        return (size_t)(unit->at + CHUNK_UNIT - block);
    if (large)
        return (size_t)(large->chunk + large->granted - block);
    struct spot spot = {.block = block};
    each_extent(memory, find_end, &spot);
    expect(spot.end != NULL);
    return (size_t)(spot.end - block);
}

static const struct sort {
    const char *name;
    size_t size, count, reserve;
    bool in_pages, is_large;
} sorts[] = {
    {"blocks that were allocated inline", 48, 20, 0, false, false},
    {"blocks of the first chunk", 600, 3, 0, false, false},
    {"blocks of pages", 48, 5000, 0, true, false},
    {"larger blocks of pages", 512, 3000, 0, true, false},
    {"blocks of extents", 3000, 100, 0, false, false},
    {"large blocks", 70000, 4, 0, false, true},
    {"mappings", 2000000, 2, 0, false, true},
    {"blocks of a reserve", 9000, 20, 300000, false, false},
};
#define SORTS (sizeof sorts / sizeof sorts[0])

static void make(struct books *books, const struct sort *kind)
{
    own_pool_options options = {.reserve = kind->reserve};

    memset(books, 0, sizeof *books);
    books->pool = own_pool_create(NULL, &options);
    books->size = kind->size;
    expect(books->pool && kind->count <= BLOCKS);
    for (size_t i = 0; i < kind->count; i++) {
        books->block[books->count++] = own_alloc_raw(books->pool, 1, kind->size);
        expect(books->block[i] != NULL);
    }
}

/* What a program does with a pool, after which it dies. */
static void use_and_end(struct books *books)
{
    own_pool *pool = books->pool;

    expect(usage_of(pool).blocks == books->count);
    pool_validate(pool);
    for (size_t i = 0; i < books->count; i++)
        expect(own_block_size(pool, books->block[i]) == (books->size + 15) / 16 * 16);
    for (size_t i = 0; i < books->count; i += 2)
        expect(own_free(pool, books->block[i]) == 0);
    pool_validate(pool);
    for (size_t i = 0; i < books->count; i += 2)
        expect(own_alloc(pool, 1, books->size) != NULL);
    expect(own_realloc(pool, books->block[1], 3, books->size) != NULL);
    pool_validate(pool);
    own_decref(pool);
    for (size_t i = 0; i < books->records; i++)
        free(books->record[i].copy);
}

/* Writes past the end of a block, as far as there is none of the library's bookkeeping. */
static size_t overflow(const struct books *books, size_t which, size_t length)
{
    char *block = books->block[which];
    size_t room = room_from(books->pool, block), size = (books->size + 15) / 16 * 16;

    expect(room >= size);
    length = length < room - size ? length : room - size;
    for (size_t i = 0; i < length; i++)
        ((volatile char *)block)[size + i] = (char)(0x5a + i);
    return length;
}

START_TEST(no_bookkeeping_lies_between_blocks)
{
    static struct books books;
    const struct sort *kind = &sorts[_i];
    size_t longest = 0, step = LENGTH_MOST / (scaled(60) + 1);

    for (size_t length = 1; length <= LENGTH_MOST; length += length < 80 ? 1 : step) {
        for (size_t place = 0; place < 3; place++) {
            make(&books, kind);
            record_all(&books);
            size_t which = place == 0 ? 0 : place == 1 ? books.count / 2 : books.count - 1;
            if (blocks_are_bumped() && place == 2) {
                expect(!page_unit_of(books.pool, books.block[which]) == !kind->in_pages);
                expect(!large_of(books.pool, books.block[which]) == !kind->is_large);
            }
            size_t written = overflow(&books, which, length);
            longest = written > longest ? written : longest;
            if (!is_unchanged(&books))
                ck_abort_msg("%zu bytes past the end of %s change bookkeeping", length, kind->name);
            use_and_end(&books);
        }
    }
    printf("%s: up to %zu bytes\n", kind->name, longest);
    expect(longest > 0);
}
END_TEST

/* The places that SECURITY names: here a write past a block's end reaches bookkeeping. */
START_TEST(bookkeeping_lies_where_security_says)
{
    static struct books books;

    make(&books, &sorts[0]);
    const struct memory *memory = &books.pool->part.memory;
    if (memory->end) { /* the log, at the end of the extent in use, behind the room for blocks */
        expect(memory->end > books.block[books.count - 1]);
        size_t logged = (size_t)(extent_end(memory->extent) - memory->end);
        expect(logged > 0 && logged <= books.count);
    }
    own_decref(books.pool);
    make(&books, &sorts[4]); /* a free block has the links of its list in itself */
    char *block = books.block[10];
    expect(own_free(books.pool, block) == 0 && own_free(books.pool, books.block[50]) == 0);
    struct stock *stock = books.pool->part.memory.stock;
    expect(stock && stock->lists);
    own_decref(books.pool);
    own_pool *one = new_root(), *two = new_root(); /* the head of the next pool, or an object's */
    expect(((uintptr_t)one & ~(CHUNK_UNIT - 1)) == ((uintptr_t)two & ~(CHUNK_UNIT - 1)) ||
           !blocks_are_bumped());
    own_decref(one);
    own_decref(two);
}
END_TEST

/* A child process that writes over bookkeeping which is checked when it is followed, and then uses
   the pool and ends it. How it ended; 0: nothing was noticed. */
static int end_of_damaged(void (*damage)(struct books *books, size_t length), size_t length)
{
    static struct books books;
    int status;
    pid_t process = fork();

    expect(process >= 0);
    if (process == 0) {
        expect(freopen("/dev/null", "w", stderr) != NULL);
        damage(&books, length);
        _exit(0);
    }
    expect(waitpid(process, &status, 0) == process);
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        return SIGSEGV; /* a sanitizer makes an exit of it */
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* From the last block over the unused room to the log, and into it. */
static void damage_log(struct books *books, size_t length)
{
    make(books, &sorts[0]);
    const struct memory *memory = &books->pool->part.memory;
    char *end = memory->end;
    size_t size = (size_t)(extent_end(memory->extent) - end);

    memset(end, 0xee, length < size ? length : size);
    own_free(books->pool, books->block[3]);
    own_decref(books->pool);
}

/* From a block into the free one behind it, which is then used again, or joined. */
static void damage_free_block(struct books *books, size_t length)
{
    make(books, &sorts[4]);
    own_pool *pool = books->pool;
    for (size_t i = 20; i < 60; i += 2) /* so many that none is left over */
        expect(own_free(pool, books->block[i]) == 0);
    memset(books->block[41] + (sorts[4].size + 15) / 16 * 16, 0xee, length);
    for (size_t i = 0; i < 40; i++)
        expect(own_alloc_raw(pool, 1, sorts[4].size) != NULL);
    own_decref(pool);
}

START_TEST(damage_is_noticed_before_it_is_followed)
{
    for (size_t length = 1; length <= 3000; length += length < 40 ? 1 : 370) {
        int signal = end_of_damaged(damage_free_block, length);
        if (signal != SIGABRT && signal != SIGSEGV && signal != SIGBUS) /* by a wrong link */
            ck_abort_msg("%zu bytes in a free block: ended with %d", length, signal);
        if (!blocks_are_bumped())
            continue;
        signal = end_of_damaged(damage_log, length);
        if (signal != SIGABRT)
            ck_abort_msg("%zu bytes in the log: ended with %d", length, signal);
    }
}
END_TEST

/* A child process with guards that writes so far past the end of one of its blocks, and frees it.
   Returns how it ended. */
static int end_of_guarded(size_t size, size_t length)
{
    int status;
    pid_t process = fork();

    expect(process >= 0);
    if (process == 0) {
        char *blocks[20];
        expect(freopen("/dev/null", "w", stderr) != NULL);
        setenv("OWN_CHECK", "guard", 1); /* nothing of the library has been used before */
        own_pool *pool = new_root();
        for (size_t i = 0; i < 20; i++)
            blocks[i] = own_alloc(pool, 1, size);
        for (size_t i = 0; i < length; i++)
            ((volatile char *)blocks[7])[size + i] = (char)(0x5a + i);
        own_free(pool, blocks[7]);
        _exit(0);
    }
    expect(waitpid(process, &status, 0) == process);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

START_TEST(guards_end_a_program_that_writes_past_a_block)
{
    static const size_t sizes[] = {1, 16, 100, 512, 3000, 70000};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t length = 1; length <= LENGTH_MOST; length = length * 3 + 1) {
            int signal = end_of_guarded(sizes[i], length);
            if (signal != SIGABRT)
                ck_abort_msg("%zu bytes past %zu: ended with %d", length, sizes[i], signal);
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("overflow");
    TCase *writes = add_case(suite, "writes");

    if (memory_is_checked())
        fprintf(stderr, "skipped: writes past blocks, which the sanitizer ends\n");
    else if (OWN_DEBUG)
        puts("left out: writes between blocks, which a debug build sees at the next step");
    else
        tcase_add_loop_test(writes, no_bookkeeping_lies_between_blocks, 0, SORTS);
    tcase_add_test(writes, bookkeeping_lies_where_security_says);
    if (!memory_is_checked()) {
        tcase_add_test(writes, damage_is_noticed_before_it_is_followed);
        tcase_add_test(writes, guards_end_a_program_that_writes_past_a_block);
    }
    return run_suite(suite);
}
