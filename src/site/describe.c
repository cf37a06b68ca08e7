/*
 * site/describe.c - what a frame is, for people and for addr2line.
 *
 * Of functions only those are known that the dynamic linker exports; addr2line finds the others,
 * and the lines.
 */
#include "site/site.h"

#include <stdio.h>

#ifdef HAVE_STACKS
#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <unistd.h>

/* The dynamic linker knows the program by the name with which it was started, which may be found
   in another folder. */
static const char *program(const char *otherwise)
{
    static char path[PATH_MAX];
    static bool known;
    if (!__atomic_load_n(&known, __ATOMIC_ACQUIRE)) {
        /* Threads that come here together write the same. The stack may be a small one. */
        (void)!readlink("/proc/self/exe", path, sizeof(path) - 1);
        __atomic_store_n(&known, true, __ATOMIC_RELEASE);
    }
    return *path ? path : otherwise;
}

void site_describe(const void *frame, struct site_place *place)
{
    Dl_info info = {.dli_fname = NULL};
    struct link_map *module = NULL;
    int saved = errno;
    *place = (struct site_place){.module = "unknown", .offset = (uintptr_t)frame};
    if (dladdr1(frame, &info, (void **)&module, RTLD_DL_LINKMAP) && module) {
        place->module = *module->l_name ? module->l_name : program(info.dli_fname);
        place->offset = (uintptr_t)frame - module->l_addr;
        place->function = info.dli_sname;
        if (info.dli_sname)
            place->from_start = (uintptr_t)frame - (uintptr_t)info.dli_saddr;
    }
    errno = saved;
}

#else

void site_describe(const void *frame, struct site_place *place)
{
    *place = (struct site_place){.module = "unknown", .offset = (uintptr_t)frame};
}

#endif

int site_print(char *text, size_t room, const void *frame)
{
    struct site_place place;
    site_describe(frame, &place);
    if (place.function)
        return snprintf(text, room, "%s+0x%lx (%s+0x%lx)", place.function,
                        (unsigned long)place.from_start, place.module, (unsigned long)place.offset);
    return snprintf(text, room, "%s+0x%lx", place.module, (unsigned long)place.offset);
}
