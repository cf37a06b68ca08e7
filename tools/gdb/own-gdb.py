"""own-gdb.py - libown in gdb: commands that show pools, and printers for its types.

    own roots                  the pools without a parent
    own tree [POOL] [--depth N]
                               a pool, or all roots, with what is below
    own who ADDRESS            which pool, block or object an address belongs to, and who holds it

POOL and ADDRESS are expressions. gdb loads this file by itself beside an installed libown.so, if
its folder is in `set auto-load safe-path'; else: source own-gdb.py. Nothing is run in the process,
so all of it works on core files too. What is read is the memory of the process, and the debug
information of libown.so, which must be there. Damaged memory is told, and nothing is followed for
ever. While another thread is stopped inside the library, what it was changing may look damaged.
"""
import os
import sys

import gdb
import gdb.printing

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# No __pycache__ appears beside the installed files, which a package would leave behind.
written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
from own_memory import Damaged, Pool, forget, number, references, roots, text  # noqa: E402
from own_who import who  # noqa: E402
sys.dont_write_bytecode = written


def show_tree(pool, most):
    """No recursion: pools that wait, with their depth."""
    waiting, seen = [(pool.address, 0)], set()
    while waiting:
        address, depth = waiting.pop()
        indent = "  " * min(depth, 40)
        if address in seen:
            print("%s%#x: damaged: it is in the tree twice" % (indent, address))
            continue
        seen.add(address)
        try:
            pool = Pool(address)
            children, held = pool.children(), len(pool.holds())
            more = "; %d children" % len(children) if children and depth == most else ""
            print(indent + pool.line() + ("; holds %d" % held if held else "") + more)
            if depth != most:
                waiting += [(child, depth + 1) for child in reversed(children)]
        except (Damaged, gdb.MemoryError) as error:
            print("%s%#x: damaged: %s" % (indent, address, error))


def guarded(call):
    """Errors of damaged memory are sentences, not traces."""
    forget()
    try:
        call()
    except (Damaged, gdb.MemoryError) as error:
        raise gdb.GdbError("damaged, or not in this core file: %s" % error)
    except gdb.error as error:
        raise gdb.GdbError("%s (has libown.so debug information?)" % error)


class Own(gdb.Command):
    """Shows what libown has: own roots, own tree, own who."""

    def __init__(self):
        super().__init__("own", gdb.COMMAND_DATA, prefix=True)


class OwnRoots(gdb.Command):
    """own roots: the pools without a parent."""

    def __init__(self):
        super().__init__("own roots", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        guarded(self.show)

    def show(self):
        found = roots()
        for pool in found:
            print(pool.line())
        print("%d roots" % len(found))


class OwnTree(gdb.Command):
    """own tree [POOL] [--depth N]: a pool, or all roots, and what is below; N levels of it."""

    def __init__(self):
        super().__init__("own tree", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        expression, found, depth = argument.partition("--depth")
        if found and not depth.strip().isdigit():
            raise gdb.GdbError("own tree [POOL] [--depth N]")
        most = int(depth) if found else -1
        expression = expression.strip()
        address = number(gdb.parse_and_eval(expression)) if expression else 0
        guarded(lambda: [show_tree(pool, most)
                         for pool in ([Pool(address)] if expression else roots())])


class OwnWho(gdb.Command):
    """own who ADDRESS: which pool, block or object an address belongs to, and who holds it."""

    def __init__(self):
        super().__init__("own who", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        if not argument.strip():
            raise gdb.GdbError("own who ADDRESS")
        address = number(gdb.parse_and_eval(argument))
        guarded(lambda: who(address))


class ObjectPrinter:
    def __init__(self, value):
        self.value = value

    def header(self):
        return self.value["object"]

    def more(self):
        return ""

    def to_string(self):
        try:
            header = self.header()
            of = number(header["type"])
            name = text(header["type"]["name"]) if of else "<no type>"
            return "%s (%s)%s" % (name, references(header), self.more())
        except gdb.MemoryError as error:
            return "<damaged: %s>" % error


class HeaderPrinter(ObjectPrinter):
    def header(self):
        return self.value


class PoolPrinter(ObjectPrinter):
    def more(self):
        try:
            pool = Pool(number(self.value.address))
            blocks, size, reserved = pool.numbers()
            return " %s: %d bytes, blocks: %d, reserved: %d" % (pool.path(), size, blocks, reserved)
        except Damaged as error:
            return " <damaged: %s>" % error


class BufferPrinter(ObjectPrinter):
    def more(self):
        return ": %d bytes at %#x" % (number(self.value["size"]), number(self.value["data"]))


class ArrayPrinter(ObjectPrinter):
    def more(self):
        ndim = min(int(self.value["ndim"]), 64)
        shape = [str(number(self.value["numbers"][i])) for i in range(ndim)]
        return " [%s] of %d bytes each at %#x" % (
            ", ".join(shape), number(self.value["itemsize"]), number(self.value["data"]))


class ListPrinter(ObjectPrinter):
    def more(self):
        return ": %d items at %#x" % (number(self.value["count"]), number(self.value["items"]))


class WeakrefPrinter(ObjectPrinter):
    def more(self):
        target = number(self.value["target"])
        return " to nothing, it has gone" if target & 1 else " to %#x" % (target & ~15)


Own()
OwnRoots()
OwnTree()
OwnWho()
printers = gdb.printing.RegexpCollectionPrettyPrinter("libown")
for name, printer in (("object", HeaderPrinter), ("pool", PoolPrinter), ("buffer", BufferPrinter),
                      ("array", ArrayPrinter), ("list", ListPrinter),
                      ("weakref", WeakrefPrinter)):
    printers.add_printer("own_" + name, "^own_%s$" % name, printer)
gdb.printing.register_pretty_printer(gdb.current_objfile(), printers, replace=True)
