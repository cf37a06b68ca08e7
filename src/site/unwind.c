/*
 * site/unwind.c - capturing a stack.
 *
 * The unwinder is that of libgcc, which glibc's backtrace uses too. It needs a microsecond for a
 * frame, and programs allocate from the same stacks again and again. So a walk is remembered: for
 * each frame, where on the stack its return address lies. If all of them are found again at the
 * same distances, the walk is the same: a frame whose return address is right has the size that it
 * had before, and the next return address is above it. Where that is not so (on processors that
 * keep return addresses elsewhere) nothing is remembered.
 */
#include "site/unwind.h"

#include "base/hash.h"
#include "base/lock.h"

#include <string.h>

#ifdef HAVE_STACKS
#include <dlfcn.h>
#include <link.h>
#include <unwind.h>

#define SKIPPED 16 /* the most frames of the library itself above a caller */
#define WALK_FRAMES (SKIPPED + SITE_FRAMES)
#define WALKS_SETS 64
#define WALKS_BESIDE 8 /* that begin at one depth of the stack */

#if defined(__x86_64__)
#define IS_REMEMBERED true
#else
#define IS_REMEMBERED false
#endif

/* Reads the stack where no variable is. */
#if MARKS_ASAN
#define READS_STACK __attribute__((no_sanitize("address")))
#else
#define READS_STACK
#endif

struct walk {
    struct lock lock; /* only tried: who does not get it does without the walk */
    uint32_t count;
    uint32_t stack;
    uint32_t offset[WALK_FRAMES]; /* of a return address, from the frame of site_capture */
    uintptr_t address[WALK_FRAMES];
};

/* What the unwinder has found so far. */
struct found {
    size_t count;
    uintptr_t address[WALK_FRAMES]; /* to which the frames return, beginning with this file's */
    uintptr_t above[WALK_FRAMES];   /* where the frame before it ends: behind that address */
};

static struct walk walks[WALKS_SETS][WALKS_BESIDE];
static uintptr_t code_begin; /* the library's own code; both 0: not known */
static uintptr_t code_end;

typedef _Unwind_Reason_Code walk_function(_Unwind_Trace_Fn, void *);
typedef _Unwind_Word get_function(struct _Unwind_Context *);
static size_t unwound; /* for tests */
static walk_function *walk_stack;
static get_function *get_address;
static get_function *get_end;

static bool has_address(const struct dl_phdr_info *module, const ElfW(Phdr) * header,
                        uintptr_t address)
{
    return header->p_type == PT_LOAD && header->p_flags & PF_X &&
           address - (module->dlpi_addr + header->p_vaddr) < header->p_memsz;
}

/* The first module is the program. Where that has this code, it has the user's as well. */
static int learn_code(struct dl_phdr_info *module, size_t size, void *is_program)
{
    (void)size;
    for (size_t i = 0; i < module->dlpi_phnum && !*(bool *)is_program; i++) {
        const ElfW(Phdr) *header = &module->dlpi_phdr[i];
        if (has_address(module, header, (uintptr_t)learn_code)) {
            uintptr_t begin = module->dlpi_addr + header->p_vaddr;
            __atomic_store_n(&code_begin, begin, __ATOMIC_RELAXED);
            __atomic_store_n(&code_end, begin + header->p_memsz, __ATOMIC_RELAXED);
            return 1;
        }
    }
    *(bool *)is_program = false;
    return 0;
}

static bool is_own_code(uintptr_t address)
{
    uintptr_t begin = __atomic_load_n(&code_begin, __ATOMIC_RELAXED);
    return address - begin < __atomic_load_n(&code_end, __ATOMIC_RELAXED) - begin;
}

static void *function_of(void *library, const char *name)
{
    return library ? dlsym(library, name) : NULL;
}

/* Several threads may do this at once; what they store is the same. */
bool unwind_prepare(void)
{
    bool is_program = true;
    void *library = dlopen("libgcc_s.so.1", RTLD_NOW);
    void *walk = function_of(library, "_Unwind_Backtrace");
    void *address = function_of(library, "_Unwind_GetIP");
    void *end = function_of(library, "_Unwind_GetCFA");
    if (!walk || !address || !end)
        return false;
    dl_iterate_phdr(learn_code, &is_program);
    __atomic_store_n(&get_address, __extension__(get_function *) address, __ATOMIC_RELAXED);
    __atomic_store_n(&get_end, __extension__(get_function *) end, __ATOMIC_RELAXED);
    __atomic_store_n(&walk_stack, __extension__(walk_function *) walk, __ATOMIC_RELEASE);
    return true;
}

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *arg)
{
    struct found *found = arg;
    if (found->count == WALK_FRAMES)
        return _URC_END_OF_STACK;
    found->address[found->count] = get_address(context);
    found->above[found->count] = get_end(context);
    found->count += found->address[found->count] != 0;
    return _URC_NO_REASON;
}

/* The number of the stack. What is this library's at its beginning is left out. */
static uint32_t number_of(const struct found *found, size_t from)
{
    const void *frames[SITE_FRAMES];
    size_t count = 0;
    while (from < found->count && is_own_code(found->address[from]))
        from++;
    for (; from < found->count && count < SITE_FRAMES; from++) /* a return address may be that */
        frames[count++] = (const void *)(found->address[from] - 1); /* of another line */
    return stack_number(frames, count);
}

/* Whether a walk is that of the caller. Each address is read only if the one before was right: then
   the frame reaches as far as it did. */
static READS_STACK bool is_walk(const struct walk *walk, uintptr_t base)
{
    if (!walk->count)
        return false;
    for (uint32_t i = 0; i < walk->count; i++) {
        if (*(const uintptr_t *)(base + walk->offset[i]) != walk->address[i])
            return false;
    }
    return true;
}

/* What was found becomes a walk, if all its return addresses are on the stack. */
static READS_STACK void remember(struct walk *walk, const struct found *found, size_t from,
                                 uintptr_t base, uint32_t stack)
{
    walk->count = 0;
    for (size_t i = from; i < found->count; i++) {
        uintptr_t at = found->above[i] - sizeof(uintptr_t);
        if (at - base > UINT32_MAX || *(const uintptr_t *)at != found->address[i])
            return;
        walk->offset[i - from] = (uint32_t)(at - base);
        walk->address[i - from] = found->address[i];
    }
    walk->stack = stack;
    walk->count = (uint32_t)(found->count - from);
}

/* Finds a walk from that base. 0: there is none. */
static uint32_t find_walk(struct walk *set, uintptr_t base)
{
    for (size_t i = 0; i < WALKS_BESIDE; i++) {
        struct walk *walk = &set[i];
        if (!lock_try(&walk->lock))
            continue;
        uint32_t stack = is_walk(walk, base) ? walk->stack : 0;
        lock_release(&walk->lock);
        if (stack)
            return stack;
    }
    return 0;
}

static __attribute__((noinline)) uint32_t capture_new(struct walk *set, uintptr_t base)
{
    static uint32_t turn;
    struct found found = {.count = 0};
    walk_function *walk = __atomic_load_n(&walk_stack, __ATOMIC_ACQUIRE);
    if (!walk)
        return 0;
    __atomic_fetch_add(&unwound, 1, __ATOMIC_RELAXED);
    walk(add_frame, &found);
    const size_t from = 2; /* behind this function and site_capture */
    if (found.count <= from)
        return 0;
    uint32_t stack = number_of(&found, from);
    struct walk *to = &set[__atomic_fetch_add(&turn, 1, __ATOMIC_RELAXED) % WALKS_BESIDE];
    if (IS_REMEMBERED && stack && lock_try(&to->lock)) {
        remember(to, &found, from, base, stack);
        lock_release(&to->lock);
    }
    return stack;
}

__attribute__((noinline)) uint32_t site_capture(void)
{
    int saved = errno;
    uintptr_t base = (uintptr_t)__builtin_frame_address(0);
    struct walk *set = walks[hash_address(base) % WALKS_SETS];
    uint32_t stack = find_walk(set, base);
    if (!stack)
        stack = capture_new(set, base);
    errno = saved;
    return stack;
}

size_t site_unwound(void)
{
    return __atomic_load_n(&unwound, __ATOMIC_RELAXED);
}

#else

size_t site_unwound(void)
{
    return 0;
}

bool unwind_prepare(void)
{
    return false;
}

uint32_t site_capture(void)
{
    return 0;
}

#endif
