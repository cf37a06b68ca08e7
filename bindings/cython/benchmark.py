# benchmark.py - own.cymem beside cymem, in turns: nanoseconds, the least of some rounds.
#
#     python3 benchmark.py FOLDER    the folder in which setup.py has built, with tests/calls.pyx
#                                    compiled for each: calls (own.cymem), calls_of_cymem
import time

import calls
import calls_of_cymem
import cymem.cymem
import own.cymem

ROUNDS = 15


def least(call, count):
    begin = time.perf_counter()
    call()
    return (time.perf_counter() - begin) / count * 1e9


def pools(module):
    make = module.Pool
    def run():
        for _ in range(20000):
            make()
    return run


def ten(module, of):
    make = module.Pool
    def run():
        for _ in range(5000):
            of.times_alloc(make(), 10, 40)
    return run


def many(module, of, size):
    return lambda: of.times_alloc(module.Pool(), 20000, size)


def pairs(module, of, size):
    return lambda: of.times_alloc_free(module.Pool(), 20000, size)


def addresses(module):
    make = module.Address
    def run():
        for _ in range(20000):
            make(4, 8)
    return run


own_and_theirs = (own.cymem, calls), (cymem.cymem, calls_of_cymem)
rows = [("Pool() and drop", [pools(m) for m, of in own_and_theirs], 20000),
        ("Pool(), 10 allocs of 40 B, drop", [ten(m, of) for m, of in own_and_theirs], 5000),
        ("alloc of 16 B, and drop", [many(m, of, 16) for m, of in own_and_theirs], 20000),
        ("alloc of 1,000 B, and drop", [many(m, of, 1000) for m, of in own_and_theirs], 20000),
        ("alloc and free of 100 B", [pairs(m, of, 100) for m, of in own_and_theirs], 20000),
        ("alloc and free of 100,000 B", [pairs(m, of, 100000) for m, of in own_and_theirs], 20000),
        ("Address()", [addresses(m) for m, of in own_and_theirs], 20000)]
print("%-34s %10s %10s %7s" % ("ns", "own.cymem", "cymem", "ratio"))
for name, runs, count in rows:
    figures = [[], []]
    for _ in range(ROUNDS):
        for i, run in enumerate(runs):
            figures[i].append(least(run, count))
    ours, theirs = min(figures[0]), min(figures[1])
    print("%-34s %10.1f %10.1f %7.2f" % (name, ours, theirs, ours / theirs))
