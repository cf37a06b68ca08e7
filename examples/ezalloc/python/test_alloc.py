# test_alloc.py - makes and drops arrays of 4 MiB, managed ones and then leaking ones, fewer of them;
# and says how much more memory the process has then.
import resource

import ezalloc

m = 1024 * 1024


def resident():
    """KiB of memory that the process has now."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() // 1024


def repeat(what, alloc, n):
    print("%s: %d arrays of %d bytes" % (what, n, 4 * m))
    before = resident()
    most = 0
    for i in range(n):
        try:
            a = alloc(m)
            a[::1024] = i # a number on every page
            most = max(most, resident() - before)
            del a
        except MemoryError:
            print("step %d failed" % i)
            break
    else:
        print("done")
    print("%s: %d KiB more at the end, %d at most" % (what, resident() - before, most))


repeat("managed", ezalloc.alloc_managed, 2048)
repeat("leaking", ezalloc.alloc_leaking, 32)
