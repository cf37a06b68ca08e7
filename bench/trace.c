/*
 * trace.c - the fixed trace of sizes: most blocks of programs are small.
 */
#include "measure.h"

uint16_t trace_sizes[TRACE_LENGTH];

void trace_make(void)
{
    static const struct {
        unsigned percent;
        unsigned least;
        unsigned most;
    } kinds[] = {{90, 16, 128}, {8, 129, 512}, {2, 513, 4096}};
    uint64_t state = 20;
    for (size_t i = 0; i < TRACE_LENGTH; i++) {
        size_t kind = 0;
        size_t percent = random_below(&state, 100);
        while (percent >= kinds[kind].percent)
            percent -= kinds[kind++].percent;
        trace_sizes[i] = (uint16_t)(kinds[kind].least +
                                    random_below(&state, kinds[kind].most - kinds[kind].least + 1));
    }
}
