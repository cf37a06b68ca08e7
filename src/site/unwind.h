/*
 * site/unwind.h - what the files of this room share.
 */
#ifndef SITE_UNWIND_H
#define SITE_UNWIND_H

#include "site/sample.h"

/* unwind.c: gets ready to capture. False: this system cannot. */
bool unwind_prepare(void);

/* stack.c: the number of a stack, which may be new. 0: there is no room. */
uint32_t stack_number(const void *const *frames, size_t count);

/* sample.c: around the use of totals. */
void samples_lock(void);
void samples_unlock(void);

/* total.c: a sample has come, or has gone; with what it stands for, in parts of a block. The number
   of the total that has it; 0: there is no memory for that. */
uint32_t total_add(const struct sample *sample, uint64_t *blocks);
void total_subtract(uint32_t number, const struct sample *sample, uint64_t blocks);

#endif
