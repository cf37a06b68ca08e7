/*
 * tests/matrix/shrink.c - for ld's --wrap=mremap: memory is made smaller by munmap.
 *
 * In a program of 32 bits, qemu-user 7.2 does not reserve what mremap has cut off, but as much
 * behind what the memory was before: other memory of the program, which is gone then.
 */
#include <stdarg.h>
#include <stddef.h>
#include <sys/mman.h>

void *__real_mremap(void *memory, size_t old_size, size_t new_size, int flags, ...);
void *__wrap_mremap(void *memory, size_t old_size, size_t new_size, int flags, ...);

void *__wrap_mremap(void *memory, size_t old_size, size_t new_size, int flags, ...)
{
    va_list rest;
    void *place = NULL;
    if (new_size < old_size && !(flags & MREMAP_FIXED))
        return munmap((char *)memory + new_size, old_size - new_size) == 0 ? memory : MAP_FAILED;
    if (flags & MREMAP_FIXED) {
        va_start(rest, flags);
        place = va_arg(rest, void *);
        va_end(rest);
    }
    return __real_mremap(memory, old_size, new_size, flags, place);
}
