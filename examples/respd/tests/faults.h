/*
 * faults.h - what a test shares with the server that it preloads faulty.c into, in a mapped file:
 * which allocation of the server fails.
 */
#ifndef RESPD_FAULTS_H
#define RESPD_FAULTS_H

#include <stdint.h>

#define FAULTS_PATH_VARIABLE "RESPD_FAULTS"

struct faults {
    int64_t left; /* so many allocations until one fails; 0: none does, -1: all do */
    int64_t stay; /* whether all that follow it fail too */
    uint64_t failed;
};

#endif
