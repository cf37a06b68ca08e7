/*
 * extent/extent.c - extents: bump, the log, the bits.
 *
 * A new extent is as large as all that the memory has reserved, up to a unit; above that, a
 * thirtieth of it, at least a unit, at most 1 MiB. Under a limit it takes no more than half of the
 * room that is left, so that one owner does not take what others under the same limit could use.
 */
#include "base/require.h"
#include "extent/free.h"
#include "extent/tracked.h"
#include "remote/remote.h"

#include <errno.h>

#define DOUBLING_UP_TO CHUNK_UNIT
#define ROOM_PART 2 /* the part of the room under a limit that an extent may take unasked */
#define ROOM_LITTLE ((size_t)32 << 10) /* with so little room left, an extent may take all of it */

_Static_assert(sizeof(struct extent) == GRANULE, "an extent's header is a granule");
_Static_assert(sizeof(struct big) % GRANULE == 0, "blocks of a big extent end at a granule");
_Static_assert(sizeof(struct left) <= sizeof(struct bits), "they lie in place of the first bits");

/* With the header, a pair of bit words for each 63 granules, and the links of a big extent. */
size_t extent_granules(size_t granules)
{
    size_t whole = granules + 1 + (granules + 1 + 62) / 63;
    return whole + (whole > CHUNK_UNIT / 2 / GRANULE ? BIG_GRANULES : 0);
}

size_t extent_bytes(const struct extent *extent)
{
    return ((size_t)extent->granules + (extent_is_big(extent) ? BIG_GRANULES : 0)) << GRANULE_SHIFT;
}

size_t extent_find_live(const struct extent *extent, size_t from)
{
    size_t words = ((size_t)extent->settled + 63) >> 6;
    size_t first = from >> 6;
    for (size_t i = 0; i <= words; i++) { /* the word of `from` a second time, as a whole */
        size_t word = first + i < words ? first + i : first + i - words;
        const struct bits *bits = extent_bits(extent, word << 6);
        uint64_t live = bits->start & ~bits->free;
        if (i == 0)
            live &= ~UINT64_C(0) << (from & 63);
        if (live)
            return (word << 6) + (size_t)__builtin_ctzll(live);
    }
    return 0;
}

size_t extent_block_end(const struct memory *memory, const struct extent *extent, size_t index)
{
    size_t used = extent_used(memory, extent);
    size_t word = index >> 6;
    /* The starts behind `index` in its word. In two steps, because a shift by 64 is undefined. */
    uint64_t starts = word_load(&extent_bits(extent, index)->start) >> (index & 63) >> 1;
    if (OWN_LIKELY(starts))
        return index + 1 + (size_t)__builtin_ctzll(starts);
    while (++word << 6 < used) {
        starts = word_load(&extent_bits(extent, word << 6)->start);
        if (starts)
            return (word << 6) + (size_t)__builtin_ctzll(starts);
    }
    return used;
}

static void clear_bits(struct extent *extent)
{
    struct bits *bits = extent_bits(extent, 0);
    size_t pairs = extent_first_index(extent) - 1;
    if (pairs <= 8) {
        do
            *bits++ = (struct bits){.start = 0};
        while (--pairs > 0);
    } else {
        memset(bits, 0, pairs * sizeof(*bits));
    }
}

/* Sets the bits of the blocks in a log, which lie from `index` to `end`. The program may have
   written past the end of the last block, into the log: no bit elsewhere is set then. */
static void replay(struct extent *extent, size_t index, size_t end, const char *log, size_t blocks)
{
    static const char within[] = "the sizes in the log are those of the blocks";
    const unsigned char *next = (const unsigned char *)log;
    for (size_t i = 0; i < blocks; i++) {
        require(index < end, "extent", extent, within);
        word_set(&extent_bits(extent, index)->start, bit_of(index));
        index += log_granules(*--next);
    }
    require(index == end, "extent", extent, within);
}

void extent_settle_log(struct memory *memory)
{
    struct extent *extent = memory->extent;
    char *last = extent_end(extent);
    size_t index = extent_index(extent, memory->bump);
    size_t blocks = memory->end ? (size_t)(last - memory->end) : 0;
    if (!extent->settled) {
        clear_bits(extent);
        extent->settled = (uint32_t)extent_first_index(extent);
    }
    replay(extent, extent->settled, index, last, blocks);
    memory->blocks += blocks;
    memory->bytes += (index - extent->settled) << GRANULE_SHIFT;
    extent->settled = (uint32_t)index;
    if (memory->end)
        memory->end = last;
}

struct memory_counts memory_count(const struct memory *memory)
{
    const struct extent *extent = memory->extent;
    size_t from = extent->settled ? extent->settled : extent_first_index(extent);
    size_t logged = extent_index(extent, memory->bump) - from;
    size_t blocks = memory->end ? (size_t)(extent_end(extent) - memory->end) : 0;
    return (struct memory_counts){.blocks = memory->blocks + blocks,
                                  .bytes = memory->bytes + (logged << GRANULE_SHIFT)};
}

/* Makes the rest of a settled extent, behind its last block, a free block. */
static void free_rest(struct memory *memory, struct extent *extent, size_t used)
{
    if (used == extent->granules)
        return;
    struct bits *bits = extent_bits(extent, used);
    word_set(&bits->free, bit_of(used));
    start_set(&bits->start, bit_of(used));
    free_list(memory, extent, used, extent->granules - used);
}

/* The extent in use is about to be replaced by another. False: no block in it is live. */
static bool leave(struct memory *memory)
{
    struct extent *extent = memory->extent;
    size_t index = extent_index(extent, memory->bump);
    if (extent->settled || !memory->end) {
        extent_settle(memory);
        extent->settled = extent->granules;
        free_rest(memory, extent, index);
        if (!extent_can_go(extent) || extent_big(extent)->witness)
            return true;
        extent_big(extent)->witness =
            (uint32_t)extent_find_live(extent, extent_first_index(extent));
        return extent_big(extent)->witness;
    }
    const struct memory_counts counts = memory_count(memory);
    memory->blocks = counts.blocks;
    memory->bytes = counts.bytes;
    *extent_left(extent) =
        (struct left){.used = (uint32_t)index, .log = (uint32_t)(extent_end(extent) - memory->end)};
    if (extent_can_go(extent)) /* what is logged has not been freed */
        extent_big(extent)->witness = (uint32_t)extent_first_index(extent);
    return extent_left(extent)->log;
}

void extent_settle_left(struct memory *memory, struct extent *extent)
{
    const struct left left = *extent_left(extent);
    clear_bits(extent);
    replay(extent, extent_first_index(extent), left.used, extent_end(extent), left.log);
    extent->settled = extent->granules;
    mark_undefined(extent_address(extent, left.used), (extent->granules - left.used)
                                                          << GRANULE_SHIFT);
    free_rest(memory, extent, left.used);
}

/* Makes an extent the one in use; where there is no log, its bits are clear. */
static void use(struct memory *memory, struct extent *extent)
{
    size_t first = extent_first_index(extent);
    bool open = memory->end;
    memory->extent = extent;
    set_bump(memory, extent_address(extent, first));
    extent->settled = open ? 0 : (uint32_t)first;
    if (open)
        memory->end = extent_end(extent);
    mark_unusable(memory->bump, (size_t)(extent_end(extent) - memory->bump));
}

void extent_use(struct memory *memory, struct extent *extent)
{
    if (!memory->end)
        clear_bits(extent);
    use(memory, extent);
}

void extent_close(struct memory *memory)
{
    struct extent *extent = memory->extent;
    clear_bits(extent);
    extent->settled = (uint32_t)extent_first_index(extent);
    memory->end = NULL;
}

/* The least size of a chunk for an extent that is to have a block. */
static size_t least_size(const struct memory *memory, size_t granules)
{
    size_t least = extent_granules(granules + 1) << GRANULE_SHIFT;
    /* Blocks of a separate part are found by the unit map only. */
    return memory_tag(memory) ? max_size(least, CHUNK_UNIT) : least;
}

/* The size of the next extent's chunk, at least `least`. 0: the limit leaves too little room. */
static size_t next_size(struct memory *memory, size_t least)
{
    size_t reserved = memory->account.reserved;
    /* Each extent leaves some of its end unused: under a limit, fewer of them leave less. */
    size_t wanted = reserved <= DOUBLING_UP_TO
                        ? reserved * (memory->account.limit ? 3 : 1)
                        : max_size(CHUNK_UNIT, reserved / 32 & ~(CHUNK_UNIT - 1));
    size_t size = chunk_round(max_size(least, min_size(wanted, EXTENT_MOST)));
    if (OWN_LIKELY(!memory->account.limit))
        return size;
    size_t room = limit_room(memory->account.limit);
    size_t part = room <= ROOM_LITTLE ? room : room / ROOM_PART;
    part = chunk_round_down(max_size(part, GRANULE));
    size_t needed = chunk_round(least);
    size = max_size(needed, min_size(size, part));
    return size <= room ? size : 0;
}

static bool is_first(const struct extent *extent)
{
    return !extent->older;
}

/* Adds an extent with a chunk of that size. False: ENOMEM or EDQUOT. */
static bool add(struct memory *memory, size_t size)
{
    bool big = size > CHUNK_UNIT / 2;
    if (big && !stock_make(memory))
        return false;
    struct extent *extent = account_get(&memory->account, size, &size);
    if (!extent)
        return false;
    /* It is whole before threads outside can find it. */
    extent->older = extent_small(memory);
    extent->granules = (uint32_t)((size >> GRANULE_SHIFT) - (big ? BIG_GRANULES : 0));
    if (!memory->end)
        clear_bits(extent);
    struct remote *remote = NULL;
    bool done = !memory->outside ||
                (remote = remote_new(memory->account.limit, extent, NULL, extent->granules));
    if (big)
        *extent_big(extent) = (struct big){.older = memory->stock->extents, .remote = remote};
    claim_value claimed = big ? claim_of(extent) | memory->stock->tag : 0;
    if (!done || (big && !chunk_claim(extent, size, memory, claimed))) {
        if (remote)
            remote_end(memory->account.limit, remote);
        account_put_failed(&memory->account, extent, size);
        return false;
    }
    struct extent *replaced = memory->extent;
    bool any = leave(memory);
    if (big) {
        if (memory->stock->extents)
            extent_big(memory->stock->extents)->newer = extent;
        memory->stock->extents = extent;
    } else if (remote) {
        outside_add_small(memory->outside, remote);
    }
    account_label(&memory->account, extent, size);
    use(memory, extent);
    if (!any && extent_can_go(replaced))
        free_empty(memory, replaced);
    return true;
}

bool extent_add(struct memory *memory, size_t granules)
{
    size_t least = least_size(memory, granules);
    size_t size = next_size(memory, least);
    if (OWN_UNLIKELY(!size)) {
        errno = EDQUOT;
        return false;
    }
    int saved = errno;
    while (!add(memory, size)) {
        /* A source that is nearly full may still have less. */
        if (!limit_source(memory->account.limit) || errno != ENOMEM || size <= chunk_round(least))
            return false;
        size = max_size(chunk_round(least), chunk_round_down(size / 2));
    }
    errno = saved;
    size_t counted = granules << GRANULE_SHIFT;
    if (site_is_on() && memory->end && !site_passes((size_t)(memory->end - memory->bump) - counted))
        tracked_begin(memory, counted);
    return true;
}

void extent_add_within(struct memory *memory, struct extent *extent, size_t granules)
{
    mark_undefined(extent, granules << GRANULE_SHIFT);
    extent->older = extent_small(memory);
    extent->granules = (uint32_t)granules;
    if (!memory->end)
        clear_bits(extent);
    (void)leave(memory);
    use(memory, extent);
}

void extent_put(struct memory *memory, struct extent *extent)
{
    if (extent_is_big(extent) && extent_big(extent)->remote)
        remote_end(memory->account.limit, extent_big(extent)->remote);
    account_unlabel(&memory->account, extent, extent_bytes(extent));
    account_put(&memory->account, extent, extent_bytes(extent));
}

static void put(struct memory *memory, struct extent *extent)
{
    if (extent_is_big(extent))
        chunk_unclaim(extent, extent_bytes(extent));
    extent_put(memory, extent);
}

void extent_remove(struct memory *memory, struct extent *extent)
{
    if (extent_is_big(extent)) {
        struct big *links = extent_big(extent);
        if (memory->stock->join == extent)
            memory->stock->join = links->older;
        if (links->newer)
            extent_big(links->newer)->older = links->older;
        else
            memory->stock->extents = links->older;
        if (links->older)
            extent_big(links->older)->newer = links->newer;
    } else {
        struct extent *before = memory->extent;
        while (before->older != extent)
            before = before->older;
        before->older = extent->older;
    }
    if (extent_is_big(extent))
        chunk_unclaim(extent, extent_bytes(extent));
    if (!extent_is_big(extent) || !extent_big(extent)->remote ||
        outside_may_end(memory->outside, extent_big(extent)->remote))
        extent_put(memory, extent);
}

void extent_remove_all(struct memory *memory)
{
    struct extent *big = has_stock(memory) ? memory->stock->extents : NULL;
    struct extent *small = extent_small(memory);
    for (struct extent *older; big; big = older) {
        older = extent_big(big)->older;
        put(memory, big);
    }
    if (has_stock(memory)) {
        memory->stock->extents = NULL;
        memory->stock->join = NULL;
    }
    for (struct extent *older; !is_first(small); small = older) {
        older = small->older;
        put(memory, small);
    }
    memory->extent = small;
}

void *extent_bump(struct memory *memory, size_t granules)
{
    if (memory->end && granules <= LOG_MOST)
        return extent_bump_logged(memory, granules);
    extent_settle(memory);
    return extent_bump_settled(memory, granules);
}
