# collect.py - what collect.c does, by gc.collect() of CPython.
import gc
import time

OBJECTS = 1000000
ROUNDS = 5


class Node:
    __slots__ = ("first", "second", "parent")

    def __init__(self):
        self.first = self.second = self.parent = None


def measure(shape, expected):
    before = time.perf_counter_ns()
    gone = gc.collect()
    after = time.perf_counter_ns()
    if gone != expected:
        raise SystemExit("%s: %d objects collected instead of %d" % (shape, gone, expected))
    print("sample %s %.2f" % (shape, (after - before) / OBJECTS))


def lose_ring():
    first = last = Node()
    for _ in range(OBJECTS - 1):
        last.first = Node()
        last = last.first
    last.first = first


def lose_pairs():
    for _ in range(OBJECTS // 2):
        one = Node()
        one.first = Node()
        one.first.first = one


def lose_tree():
    nodes = []
    for i in range(OBJECTS):
        node = Node()
        nodes.append(node)
        if i:
            parent = nodes[(i - 1) // 2]
            if i % 2:
                parent.first = node
            else:
                parent.second = node
            node.parent = parent


def make_live():
    nodes = []
    last = None
    for _ in range(OBJECTS):
        node = Node()
        nodes.append(node)
        if last:
            last.first = node
        last = node
    return nodes


gc.disable()
gc.collect()
gc.freeze()  # what Python itself has is not counted
for _ in range(ROUNDS):
    lose_ring()
    measure("ring", OBJECTS)
    lose_pairs()
    measure("pairs", OBJECTS)
    lose_tree()
    measure("tree", OBJECTS)
    live = make_live()
    measure("live", 0)
    measure("listed", 0)  # all that Python has are lists
    live[0].first = None
    for node in live:
        node.first = None
    del live, node
