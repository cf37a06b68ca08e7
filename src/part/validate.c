/*
 * part/validate.c - the equations of part.h, checked.
 */
#include "large/large.h"
#include "part/part.h"

static void check(const struct part *part, bool holds, const char *equation)
{
    require(holds, "part", part, equation);
}

static void validate_guard(const struct part *part, const struct guard *guard,
                           const struct part_beside *beside)
{
    static const struct ledger none;
    const struct ledger *other = beside->second ? beside->second : &none;
    const struct counts counts = ledger_counts(&part->ledger);
    const struct counts more = ledger_counts(other);
    struct memory_counts found = beside->blocks;
    found.blocks += counts.foreign + more.foreign;
    found.bytes += counts.foreign_bytes + more.foreign_bytes;
    size_t cost = ledger_bytes(&part->ledger) + ledger_bytes(other) + beside->ledger_bytes +
                  guard->nodes * chunk_round(sizeof(struct node));
    cost += larges_validate(guard->large, &found);
    check(part, found.blocks == guard->blocks && found.bytes == guard->bytes,
          "blocks, bytes of a guard = its large blocks + the foreign ones");
    check(part, cost == guard->account.reserved,
          "reserved = the chunks of the ledger, of large blocks and their records");
}

static void validate_memory(struct part *part, size_t beside)
{
    static const struct memory_counts none;
    struct memory *memory = &part->memory;
    size_t chunks = memory_validate(memory, &none) + beside;
    check(part, chunks == memory->account.reserved,
          "reserved = the chunks of the memory, and what is beside them");
    check(part, !memory->end, "what several threads use has no end for the header");
    check(part,
          limit_validate(memory->account.limit,
                         memory->account.reserved + part_guard(part)->account.reserved, true),
          "used >= reserved in all limits that count the part");
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
    validate_guard(part, guard, beside);
    if (guard->slot == slot_of_thread())
        validate_memory(part, beside->bytes);
}
