/*
 * fuzz/market.c - matrices in the format of MatrixMarket (examples/matrices).
 */
#define _GNU_SOURCE
#include "target.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "market.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct market market;
    struct entry entry;
    char path[40];
    int file = memfd_create("market", 0);

    MUST(file >= 0);
    MUST(write(file, bytes, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (market_open(&market, path) == 0) {
        size_t entries = 0;
        int next;
        while ((next = market_next(&market, &entry)) == 1) {
            MUST(entry.row < market.rows && entry.column < market.columns);
            entries++;
        }
        MUST(next < 0 || entries == market.entries);
        market_close(&market);
    }
    close(file);
    return 0;
}
