/*
 * site/site.h - the room site: where a program asks for memory.
 *
 *   unwind.[ch] capturing a stack
 *   stack.c     the numbers and frames of stacks
 *   describe.c  what a frame is, for people and for addr2line
 *
 * A stack is the list of calls that led to the library, the innermost first. Equal stacks are kept
 * once, and have one number for as long as the process runs, so that a record can have a site in
 * four bytes. They lie in a mapping of this room's own, which never moves and whose pages are used
 * from the front on; when it is full, new stacks get the number 0.
 *
 * Frames inside the library itself are left out, as long as it is a library: in a program that is
 * linked with the archive they cannot be told from the program's own.
 *
 * Threads: any may call any of it. Finding a stack that is known takes no lock; entering a new one
 * takes that of this room, which calls nothing. Nothing here uses malloc or memory of another room,
 * but site_prepare may: glibc loads its unwinder there.
 *
 * Who may call: every room below.
 */
#ifndef SITE_SITE_H
#define SITE_SITE_H

#include "base/base.h"

/* The most frames that a stack has; those farther out are left out. */
#define SITE_FRAMES 24
/* What stacks may take. Each has 16 bytes, and 8 for each frame. */
#define SITE_ROOM ((size_t)16 << 20)

/* stack.c */
/* To be called before anything else here, outside of locks and handlers; as often as is wanted.
   False: this system gives no stacks, or has no memory for them; then they are all 0. Keeps
   errno. */
bool site_prepare(void);
/* The number of the stack of the caller. 0: there is none, since site_prepare was not called, or
   there is no room any more. Keeps errno. Cost: about a microsecond for each frame; some 50 ns if
   the thread was here before, and called from the same functions. */
uint32_t site_capture(void);
/* The frames of a stack: addresses inside of the instructions that call, the innermost first. Fills
   at most `room` of them; returns how many the stack has. Of 0: none. */
size_t site_frames(uint32_t stack, const void **frames, size_t room);
/* For tests: how often the stack was unwound, rather than recognised; the bytes that stacks take, and
   how many they may take from now on. */
size_t site_unwound(void);
size_t site_bytes(void);
void site_limit(size_t bytes);

/* describe.c: what a frame is. The strings are the dynamic linker's, and last as long as the module
   is loaded. */
struct site_place {
    const char *module;   /* the file that has the code; never NULL */
    uintptr_t offset;     /* in it, as addr2line is given it */
    const char *function; /* NULL: the dynamic linker does not know it */
    uintptr_t from_start; /* of that function */
};
void site_describe(const void *frame, struct site_place *place);
/* Writes `function+0x12 (module+0x345)', or what is known of that; as snprintf does. Uses no
   malloc. */
int site_print(char *text, size_t room, const void *frame);

#endif
