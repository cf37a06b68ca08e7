"""peer_numpy.py - numpy, called from Python, without what an empty loop of Python's takes.

The lines that it prints are those of measure.h.
"""
import sys
import time

import numpy

quick = "--quick" in sys.argv
CLOCK = time.thread_time_ns


def compile_rounds(statement, names):
    """A function that executes a statement so many times, and says how long that took."""
    source = f"def rounds(count, clock, {', '.join(names)}):\n" \
             f"    start = clock()\n    for _ in range(count):\n        {statement}\n" \
             f"    return clock() - start\n"
    scope = {}
    exec(source, scope)
    return lambda count: scope["rounds"](count, CLOCK, **names)


def measure(metric, statement, operations=1, **names):
    rounds, empty = compile_rounds(statement, names), compile_rounds("pass", {})
    wanted, slices = (2e5, 7) if quick else (1e6, 101)
    count = 1
    while rounds(count) < wanted:
        count *= 2
    times, spent = [], 0
    while len(times) < 5 or (len(times) < slices and spent < 100 * wanted):
        took = rounds(count)
        spent += took
        times.append(max(took - empty(count), 0) / count / operations)
    times.sort()
    print(f"sample {metric} 0 ns {times[len(times) // 2]:.6g} {times[0]:.6g}", flush=True)


def array_new():
    measure("array", "zeros(10)", zeros=numpy.zeros)


def array_slice():
    measure("slice", "array[1:9]", array=numpy.zeros(1000))


def array_transpose():
    side = 4096
    source, target = numpy.ones((side, side), "f"), numpy.ones((side, side), "f")
    measure("item", "copyto(target, source)", side * side, copyto=numpy.copyto, target=target,
            source=source.T)


WORKLOADS = {"array-new": array_new, "array-slice": array_slice, "array-transpose": array_transpose}

if sys.argv[-1] == "list":
    print("version", numpy.__version__)
    for name in WORKLOADS:
        print("workload", name)
else:
    WORKLOADS[sys.argv[-1]]()
