/*
 * part/validate.c - the equations of part.h, checked.
 */
#include "extent/free.h"
#include "large/large.h"
#include "page/page.h"
#include "part/part.h"

static void check(const struct part *part, bool holds, const char *equation)
{
    require(holds, "part", part, equation);
}

static void validate_guard(const struct part *part, const struct guard *guard,
                           const struct ledger *second)
{
    static const struct ledger none;
    const struct ledger *other = second ? second : &none;
    const struct counts counts = ledger_counts(&part->ledger);
    const struct counts more = ledger_counts(other);
    size_t blocks = counts.foreign + more.foreign;
    size_t bytes = counts.foreign_bytes + more.foreign_bytes;
    size_t cost = ledger_bytes(&part->ledger) + ledger_bytes(other) +
                  guard->nodes * chunk_round(sizeof(struct node));
    for (const struct large *large = guard->large; large; large = large->older) {
        check(part, !large->older || large->older->newer == large, "large ones are linked");
        blocks++;
        bytes += large->size;
        cost += large->granted + chunk_round(sizeof(*large));
    }
    check(part, blocks == guard->blocks && bytes == guard->bytes,
          "blocks, bytes of a guard = its large blocks + the foreign ones");
    check(part, cost == guard->account.reserved,
          "reserved = the chunks of the ledger, of large blocks and their records");
}

/* What nobody can find any more, but has not gone yet. */
static size_t leaving_bytes(const struct outside *outside)
{
    size_t bytes = 0;
    for (const struct remote *remote = outside->leaving; remote; remote = remote->small)
        bytes += remote->unit ? CHUNK_UNIT + chunk_round(sizeof(struct unit))
                              : extent_bytes(remote->extent);
    return bytes;
}

static void validate_memory(struct part *part, size_t beside)
{
    static const struct memory_counts none;
    struct memory *memory = &part->memory;
    size_t chunks = memory_validate(memory, &none) + leaving_bytes(memory->outside) + beside;
    check(part, chunks == memory->account.reserved,
          "reserved = the chunks of the memory, and what is beside them");
    check(part, !memory->end, "what several threads use has no end for the header");
    check(part,
          limit_validate(memory->account.limit,
                         memory->account.reserved + part_guard(part)->account.reserved, true),
          "most >= used >= reserved in all limits that count the part");
}

struct part_beside separate_beside(const struct part *part)
{
    const struct separate *separate = (const struct separate *)(const void *)part;
    return (struct part_beside){.bytes = chunk_round(sizeof(*separate)) -
                                         extent_bytes(&separate->first)};
}

void part_validate(struct part *part, const void *home, const struct part_beside *beside)
{
    const struct guard *guard = part_guard(part);
    check(part, guard && guard->home == home, "a part of a shared owner has a guard");
    ledger_validate(&part->ledger, part);
    validate_guard(part, guard, beside->second);
    if (guard->slot == slot_of_thread())
        validate_memory(part, beside->bytes);
}
