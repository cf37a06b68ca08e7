"""own_memory.py - libown's records in the memory of a process or a core file, for own-gdb.py.

Only memory is read, with the debug information of libown.so. Whatever could be damaged is followed
a bounded number of times.
"""
import functools
import struct

import gdb

UNIT = 64 << 10
SEGMENT = 4 << 20
SMALL_MAX = 32 << 10
GRANULE = 16
ADDRESS = (1 << 48) - 4
ENTRIES_MAX = 10000000
DEPTH_MAX = 100000
DEAD = -(1 << 30) - 1
SHARED = -(1 << 29)
SATURATED = 1 << 30
TOGGLED = (1 << 30) + (1 << 29)
CHILD, REFERENCE, CALL, ADOPTED, BLOCK = 1, 2, 3, 4, 5
KINDS = 7


class Damaged(Exception):
    pass


def number(value):
    return int(value) & (1 << 64) - 1


def memory(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def words(address, count):
    return struct.unpack("<%dQ" % count, memory(address, 8 * count))


@functools.lru_cache(maxsize=None)
def record(name):
    try:
        return gdb.lookup_type("struct " + name)
    except gdb.error:
        raise gdb.GdbError("libown.so has no debug information: `struct %s' is not known. Use "
                           "a library that was built with -g and not stripped, or install its "
                           "debug symbols." % name)


def at(address, name):
    return gdb.Value(address).cast(record(name).pointer()).dereference()


@functools.lru_cache(maxsize=None)
def offset(name, *fields):
    found, of = 0, record(name)
    for field in fields:
        member = of.strip_typedefs()[field]
        found, of = found + member.bitpos // 8, member.type
    return found


def forget():
    """What is known of one process may be wrong in the next."""
    for known in (record, offset, symbol):
        known.cache_clear()


@functools.lru_cache(maxsize=None)
def symbol(name):
    value = gdb.lookup_static_symbol(name) or gdb.lookup_global_symbol(name)
    if not value:
        record("own_pool")
        raise gdb.GdbError("libown.so has no symbol `%s': it is not loaded, or stripped" % name)
    return number(value.value().address)


def text(pointer, most=200):
    """A string of the process, or what is wrong with it."""
    if not number(pointer):
        return "<no name>"
    try:
        return pointer.string("utf-8", "replace")[:most]
    except gdb.MemoryError:
        return "<name at %#x cannot be read>" % number(pointer)


def count_of(count):
    """An object's count, in words."""
    if count <= DEAD:
        return "dead or dying"
    if count == 0 or count <= SHARED or SATURATED <= count <= TOGGLED:
        return "immortal"
    if count > TOGGLED:
        return "confined, %d, with a toggle" % (count - TOGGLED)
    return "%s, %d" % ("shared" if count < 0 else "confined", abs(count))


def is_object(state):
    return state & 0xe0 == 0xa0


def references(header):
    """Those of pools are one step of the count, however many they are."""
    count, held = int(header["count"]), int(header["state"]) >> 9
    words_of = count_of(count)
    return words_of + (", held by pools: %d" % held if held else "")


class Pool:
    """A pool of the process, looked at field by field."""

    def __init__(self, address):
        self.address = address
        self.value = at(address, "own_pool")
        header = self.value["object"]
        if number(header["type"]) != symbol("pool_class"):
            raise Damaged("%#x is no pool: its type is %#x" % (address, number(header["type"])))
        self.header = header

    def is_dead(self):
        return int(self.header["count"]) <= DEAD or not is_object(int(self.header["state"]))

    def name(self):
        return text(self.value["name"])

    def parts(self):
        first = self.value["part"]
        yield first
        if not number(first["memory"]["outside"]):
            return
        parts = at(number(first["memory"]["outside"]), "parts")
        pointers = [parts["few"][i] for i in range(6)]
        if number(parts["levels"]):
            for level in range(14):
                row = parts["levels"]["level"][level]
                if number(row):
                    pointers += [row[i] for i in range(6 << level)]
        for pointer in pointers:
            if number(pointer):
                yield pointer["part"]

    def entries(self):
        """Addresses and kinds of what the pool took on, the oldest first."""
        for part in self.parts():
            newest = number(part["ledger"]["newest"])
            if not newest:
                continue
            entry = start = words(newest, 1)[0]
            for n in range(ENTRIES_MAX):
                newer, older, owner, stamp = words(entry, 4)
                if words(newer, 2)[1] != entry or stamp & KINDS > BLOCK:
                    raise Damaged("the ledger of pool %#x is damaged at %#x" %
                                  (self.address, entry))
                yield entry, stamp & KINDS
                entry = newer
                if entry == start:
                    break
            else:
                raise Damaged("the ledger of pool %#x has no end" % self.address)

    def children(self):
        begin = offset("own_pool", "entry")
        return [entry - begin for entry, kind in self.entries() if kind == CHILD]

    def holds(self):
        objects = offset("node", "object")
        return [words(entry + objects, 1)[0] for entry, kind in self.entries()
                if kind == REFERENCE]

    def parent(self):
        part = number(self.value["entry"]["owner"])
        return pool_of_part(part) if part else None

    def path(self):
        names, pool, seen = [], self, set()
        while pool is not None:
            if pool.address in seen or len(seen) > DEPTH_MAX:
                names.append("<a parent is its own ancestor>")
                break
            seen.add(pool.address)
            names.append(pool.name())
            try:
                pool = pool.parent()
            except Damaged as error:
                names.append("<%s>" % error)
                break
        return " / ".join(reversed(names))

    def numbers(self):
        blocks = size = reserved = 0
        for part in self.parts():
            of = part["memory"]
            sides = [(of, of["account"])]
            if number(of["outside"]):
                guard = at(number(of["outside"]), "guard")
                sides.append((guard, guard["account"]))
            for side, account in sides:
                blocks += number(side["blocks"])
                size += number(side["bytes"])
                reserved += number(account["reserved"])
        return blocks & (1 << 64) - 1, size & (1 << 64) - 1, reserved

    def line(self):
        blocks, size, reserved = self.numbers()
        return "%s  %#x: %d bytes, blocks: %d, reserved: %d; %s" % (
            self.name(), self.address, size, blocks, reserved, references(self.header))


def pool_of_part(part):
    outside = number(at(part, "part")["memory"]["outside"])
    if outside:
        return Pool(number(at(outside, "guard")["home"]))
    return Pool(part - offset("own_pool", "part"))


def pool_of_memory(owner):
    outside = number(at(owner, "memory")["outside"])
    if outside:
        return pool_of_part(owner)
    exact = at(owner - offset("exact", "memory"), "exact")
    if number(exact["kind"]) == symbol("exact_kind"):
        return Pool(number(exact["pool"]))
    return Pool(owner - offset("own_pool", "part"))


def class_size(number_of):
    """As in src/chunk/class.h."""
    if number_of < 32:
        return (number_of + 1) * 16
    if number_of < 43 - 1:
        step = number_of - 32
        return ((4 if step & 1 else 3) << 8) << step // 2
    return SMALL_MAX


def claims():
    """The unit map: address of a unit, owner, value."""
    root = words(symbol("map_root"), 1 << 16)
    for top, leaf in enumerate(root):
        if not leaf:
            continue
        data = memory(leaf, 16 << 16)
        if not any(data):
            continue
        for i, (owner, value) in enumerate(struct.iter_unpack("<QQ", data)):
            if owner or value:
                yield (top << 32) + (i << 16), owner, value


def claim_at(address):
    if address >> 48:
        return 0, 0
    leaf = words(symbol("map_root") + (address >> 32) * 8, 1)[0]
    return words(leaf + (address >> 16 & 0xffff) * 16, 2) if leaf else (0, 0)


def is_segment(address):
    owner, value = claim_at(address)
    return bool(value) and not owner and value == address


def slab_at(segment, unit):
    slab = at(segment, "segment")["slabs"][unit]
    if not int(slab["is_slab"]):
        return None
    return class_size(int(slab["class"])), int(slab["carved"])


def labelled(segment):
    """The chunks of a segment that have a label."""
    labels = words(segment + offset("segment", "labels"), SEGMENT // UNIT * 16)
    for i, word in enumerate(labels):
        if not word:
            continue
        unit = i // 16
        slab = slab_at(segment, unit)
        for bit in range(64) if slab else ():
            if word >> bit & 1:
                low = (i % 16 * 64 + bit) * 64
                yield segment + unit * UNIT + -(-low // slab[0]) * slab[0]


def all_pools():
    """Every pool of the process: found as the library finds roots."""
    known, kind = set(), symbol("pool_class")
    for unit, owner, value in list(claims()):
        if not owner and value == unit:
            for chunk in labelled(unit):
                if words(chunk + 8, 1)[0] == kind:
                    known.add(chunk)
        elif owner:
            try:
                known.add(pool_of_memory(owner).address)
            except (Damaged, gdb.MemoryError):
                print("damaged: the claim of unit %#x by %#x" % (unit, owner))
    for address in sorted(known):
        pool = Pool(address)
        if not pool.is_dead():
            yield pool


def roots():
    return [pool for pool in all_pools() if not number(pool.value["entry"]["owner"])]
