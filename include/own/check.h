/*
 * own/check.h - checks of memory in the library as it is installed: the manual of the environment
 * variable OWN_CHECK, and of what other tools see of a program with libown.
 *
 *     OWN_CHECK=guard,fill,quarantine,site,leak ./program
 *
 * It is read once, where the first pool or object is made, and not by programs with more rights
 * than their user (setuid). Words stand between commas. An unknown word is reported on stderr and
 * ignored.
 *
 *   guard       16 bytes and more behind each block, from the last byte that was asked for on, and
 *               32 in front of it have a pattern. Where it has changed, that is found when the
 *               block is freed, resized, moved or dies with its pool, by own_pool_check, and at
 *               exit. So have 16 bytes around each object of a type of yours, which are looked at
 *               when the object dies, by own_pool_check of all pools, and at exit
 *   fill        what own_alloc_raw and own_realloc_raw return is filled with the byte 0xcd, what is
 *               freed with 0xdd
 *   quarantine  memory of freed blocks, dead pools and dead objects is filled in the same way, and
 *               is not used again until a MiB of others has been freed after it. So what is written
 *               there is found: when it leaves, by own_pool_check, and at exit. And own_free or
 *               own_realloc of a block that was freed before is reported as such. A piece over
 *               a MiB does not wait
 *   site        sentences say where a block, a pool or an object was made, and freed: a few calls,
 *               as function+offset (module+offset) or module+offset, which addr2line understands:
 *               addr2line -f -i -e MODULE OFFSET, of a module that was compiled with -g. It also
 *               samples allocations, as own_set_site_tracking(512 KiB) does (report.h); that is
 *               all where no word but `continue` is beside it, and then pools stay as they are
 *   leak        pools and objects that are alive at exit are listed on stderr: what it is, how
 *               many, references of the first, and with `site` where that was made. Blocks are
 *               not: they are in their pool. Immortal objects are left out, but not what they
 *               own. After all functions that were given to atexit
 *   malloc      each block, pool and object, and each record of the library, is a piece of memory
 *               of malloc, of just its size; for tools that look at that. guard, fill and
 *               quarantine then mean nothing. The library sets it in a program that was compiled
 *               with -fsanitize=address, leak or memory; and under Valgrind where there is another
 *               word
 *   continue    the program goes on after what a check has found; else it aborts (see below). It
 *               sets no check
 *   none        nothing, not even with a sanitizer
 *
 * Whatever a check finds is reported as a misuse, in one sentence (misuse.h): the block, its size,
 * its pool, and which byte. Without a handler of the program's own, that aborts, unless there is
 * the word `continue`. If the handler returns, the call that found the damage does its work, since
 * it did not cause it; but own_free of a freed block returns -1 with errno EINVAL.
 *
 * In a debugger: 0xcd is a byte that was never written, 0xdd one that was freed, 0xfd a guard.
 *
 * With any word but `none`, `continue` and `site` alone, also
 *   - every pool is exact: own_block_size, `bytes` and `peak` are what was asked for (pool.h,
 *     OWN_POOL_EXACT). A pool has no inline path, and is not kept ready when it dies;
 *   - each block lies by itself; own_realloc to another size and own_block_move always copy, and a
 *     reserve keeps no memory ready, though one that no limit has room for is still refused;
 *   - limits count the size of a block and a record of 64 bytes, as with an allocator (pool.h);
 *   - own_free, own_realloc of an address inside a block, or of a block of another pool, is
 *     reported too.
 *
 * Cost: each call that allocates or frees takes a lock: own_alloc and own_free together some 0.4
 * microseconds, with `site` 0.5, and more for each new place. A block takes 64 + 104 bytes beside
 * it, with guard 48 to 63 more; what waits in quarantine, a MiB.
 *
 * Not found: writes that jump over a guard; reads, but that filled memory makes them show; writes
 * to what has left quarantine. Blocks of pools with an allocator of the program's own, and adopted
 * blocks, are as their memory is. Pools with own_chunks, and those below, are exact, and that is
 * all: own_block_size, own_free and own_realloc tell of a last byte that was overwritten with what
 * it cannot be. own_adopt
 * does not refuse an address inside a block.
 *
 *
 * AddressSanitizer, LeakSanitizer
 * -------------------------------
 *
 * Compile the program with -fsanitize=address, and link it with libown as it is installed. Each
 * block, pool and object then is a piece of memory of malloc: what is written or read beside it or
 * after its end, also after own_free and after the death of its pool, is reported as for malloc. So
 * is own_free of a freed block. A pool or an object that nothing in the program points to is
 * reported as leaked, with what it owns, adopted memory too.
 *
 * Set ASAN_OPTIONS=fast_unwind_on_malloc=0, so that reports say which function of the program has
 * called the library, which is compiled without frame pointers.
 *
 *
 * Valgrind
 * --------
 *
 *     OWN_CHECK=malloc valgrind --leak-check=full --errors-for-leak-kinds=definite \
 *         --show-leak-kinds=definite ./program
 *
 * The same. A pool below a living one is "possibly lost", as its parent points to its middle.
 *
 *
 * MemorySanitizer
 * ---------------
 *
 * Works for what own_alloc_raw returned and what the program has not written yet. What the library
 * writes for the program through a pointer, such as an own_usage, must have been initialised by the
 * program; else it is reported, since the library is not compiled for it.
 *
 *
 * While chunks are pieces of malloc's, own_collect and own_pool_collect find no cycles: what
 * LeakSanitizer reports may be a cycle that a collection would have ended.
 */
#ifndef OWN_CHECK_H
#define OWN_CHECK_H

#include <stddef.h>

#include <own/attributes.h>
#include <own/object.h>

OWN_BEGIN_DECLS

/*
 * Looks for damage now: at the guards of all live blocks of a pool, and at all that waits in
 * quarantine, of whatever pool. Each is told as above, and once.
 *
 * pool  NULL: of all pools, and of all live objects.
 *
 * Returns how many were found; 0 where no check is set. Cannot fail. errno is kept. Threads: any
 * that may use the pool; other threads may use it meanwhile. Cost: the live blocks, and what waits.
 */
OWN_API size_t own_pool_check(const own_pool *pool);

OWN_END_DECLS

#endif
