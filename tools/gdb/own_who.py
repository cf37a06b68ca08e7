"""own_who.py - what an address belongs to, for own-gdb.py."""
import struct

import gdb

from own_memory import (
    GRANULE, SEGMENT, UNIT, ADDRESS, DEAD, Damaged, Pool, all_pools, at, claim_at, is_object,
    is_segment, labelled, memory, number, offset, pool_of_memory, references, slab_at, symbol,
    text, words)

LISTED = 10


def block_in_bits(base, first, last, bits, address):
    """The block whose granules `address` is in: begin, whether free. Bits: start, free words."""
    index = (address - base) // GRANULE
    for i in range(min(index, last - 1), first - 1, -1):
        start, free = bits[i // 64 * 2], bits[i // 64 * 2 + 1]
        if start >> i % 64 & 1:
            return base + i * GRANULE, bool(free >> i % 64 & 1)
    return None


def block_in_extent(extent, owner, address):
    """A line on the block of an extent at an address."""
    header = at(extent, "extent")
    granules, settled = int(header["granules"]), int(header["settled"])
    first = 1 + (granules + 63) // 64
    of = at(owner, "memory")
    in_use = number(of["extent"]) == extent
    if in_use and address >= number(of["bump"]):
        return "free room that no block has had yet"
    if (address - extent) // GRANULE < first:
        return "the library's record of an extent"
    index = max(settled, first)
    end = extent + granules * GRANULE
    if in_use:
        logged = end - number(of["end"]) if number(of["end"]) else 0
    else:  # one that was replaced while it had a log only says how long that is
        logged = 0 if settled else struct.unpack("<II", memory(extent + GRANULE, 8))[1]
    if logged > granules:
        raise Damaged("the log of the extent at %#x" % extent)
    if (address - extent) // GRANULE >= index:
        for log in range(end - 1, end - 1 - logged, -1):  # the sizes, one byte each
            size = memory(log, 1)[0] or 256
            if index + size > (address - extent) // GRANULE:
                return "the block at %#x, of %d bytes" % (extent + index * GRANULE,
                                                          size * GRANULE)
            index += size
    if not settled:
        return "free room that no block has had yet"
    bits = words(extent + GRANULE, (granules + 63) // 64 * 2)
    block = block_in_bits(extent, first, granules, bits, address)
    if not block:
        return "memory of an extent that is no block"
    return "%s at %#x" % ("a block that was freed," if block[1] else "the block", block[0])


def block_in_page(unit_address, address):
    unit = at(unit_address, "unit")
    base = number(unit["at"])
    begin = (address - base) // 8192 * 512
    bits = words(unit_address + offset("unit", "bits"), UNIT // GRANULE // 64 * 2)
    block = block_in_bits(base, begin, begin + 512, bits, address)
    if not block:
        return "a page, where no block begins"
    return "%s at %#x, in a page" % ("a block that was freed," if block[1] else "the block",
                                     block[0])


def holders(address):
    found = []
    for pool in all_pools():
        try:
            if address in pool.holds():
                found.append(pool)
        except (Damaged, gdb.MemoryError) as error:
            print("damaged: %s" % error)
    return found


def show_holders(address):
    found = holders(address)
    for pool in found[:LISTED]:
        print("  held by pool %#x: %s" % (pool.address, pool.path()))
    if len(found) > LISTED:
        print("  and by %d pools more" % (len(found) - LISTED))
    if not found:
        print("  no pool holds it")


def show_in_pool(pool, what):
    print(what)
    print("  in pool %#x: %s" % (pool.address, pool.path()))
    print("  " + pool.line())


def who_is_claimed(address, owner, value):
    pool, kind, to = pool_of_memory(owner), value & 3, value & ADDRESS
    if kind == 1:
        large = at(to, "large")
        return show_in_pool(pool, "%#x: the large block at %#x, of %d bytes" % (
            address, number(large["block"]), number(large["size"])))
    if kind == 2:
        return show_in_pool(pool, "%#x: %s" % (address, block_in_page(to, address)))
    return show_in_pool(pool, "%#x: %s" % (address, block_in_extent(to, owner, address)))


def oldest(extent):
    seen = set()
    while number(at(extent, "extent")["older"]):
        if extent in seen:
            raise Damaged("the list of extents at %#x has no end" % extent)
        seen.add(extent)
        extent = number(at(extent, "extent")["older"])
    return extent


def who_is_labelled(address, chunk):
    kind = words(chunk + 8, 1)[0]
    if kind == symbol("pool_class"):
        pool, first = Pool(chunk), chunk + offset("own_pool", "first")
        if pool.is_dead():
            print("%#x: in pool %#x, which has died; its thread keeps it ready" % (address, chunk))
        elif address < first:
            print("%#x: pool %#x itself: %s" % (address, chunk, pool.path()))
            print("  " + pool.line())
            show_holders(chunk)
        else:
            owner = chunk + offset("own_pool", "part")
            show_in_pool(pool, "%#x: %s" % (address, block_in_extent(first, owner, address)))
    elif kind == symbol("exact_kind"):
        pool, first = Pool(words(chunk, 1)[0]), chunk + offset("exact", "first")
        owner = chunk + offset("exact", "memory")
        show_in_pool(pool, "%#x: %s" % (address, block_in_extent(first, owner, address)))
    else:
        first = oldest(chunk)
        record_of = first - offset("exact", "first")
        exact = words(record_of + 8, 1)[0] == symbol("exact_kind")
        pool = Pool(words(record_of, 1)[0] if exact else first - offset("own_pool", "first"))
        owner = record_of + offset("exact", "memory") if exact else pool.address + offset(
            "own_pool", "part")
        show_in_pool(pool, "%#x: %s" % (address, block_in_extent(chunk, owner, address)))


def describe_object(address):
    header = gdb.Value(address).cast(gdb.lookup_type("own_object").pointer()).dereference()
    return "%s, %s" % (text(header["type"]["name"]), references(header))


def who_is_in_slab(address, segment):
    slab = slab_at(segment, (address - segment) // UNIT)
    if not slab:
        print("%#x: memory of the library that is in no pool, or free" % address)
        return
    base = address & -UNIT
    index = (address - base) // slab[0]
    chunk = base + index * slab[0]
    if index >= slab[1]:
        print("%#x: free memory of the library" % address)
        return
    if chunk in labelled(segment):
        who_is_labelled(address, chunk)
        return
    for begin in (chunk, chunk + 32):
        count, state = struct.unpack("<iI", memory(begin, 8))
        if begin + 16 <= chunk + slab[0] and is_object(state) and count > DEAD:
            print("%#x: the object at %#x: %s" % (address, begin, describe_object(begin)))
            show_holders(begin)
            return
    print("%#x: a chunk at %#x, of %d bytes: of the library, or free" % (address, chunk, slab[0]))


def who(address):
    owner, value = claim_at(address)
    segment = address & -SEGMENT
    if owner:
        who_is_claimed(address, owner, value)
    elif is_segment(segment):
        who_is_in_slab(address, segment)
    else:
        print("%#x: not in memory of pools or objects of libown" % address)
