/*
 * market.h - reads files in NIST's MatrixMarket format: coordinate real, integer and pattern,
 * general and symmetric.
 *
 * What is wrong with a file is told on stderr, with the path and the line, by the call that finds
 * it. A reader takes no memory but the FILE.
 */
#ifndef MARKET_H
#define MARKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define MARKET_LINE_MAX 1024             /* as the format has it */
#define MARKET_DIMENSION_MAX 100000000UL /* rows or columns */

/* An open file. */
struct market {
    FILE *file; /* NULL: none */
    const char *path;
    size_t line;
    size_t rows, columns;
    size_t entries; /* that the file says it has */
    size_t found;   /* that have been read */
    bool symmetric; /* every entry off the diagonal stands for two */
    enum { MARKET_REAL, MARKET_INTEGER, MARKET_PATTERN } field;
};

/* A place of a matrix, counted from 0, and its value; 1 where there is only a pattern. */
struct entry {
    size_t row, column;
    double value;
};

/* Opens a file and reads up to its sizes. Returns -1 if that fails; it is closed all the same. */
int market_open(struct market *market, const char *path);
void market_close(struct market *market);

/* Reads the next entry. Returns 1; 0 at the end; -1: what is there is none. */
int market_next(struct market *market, struct entry *entry);

/* Says what is wrong at the line that was read last. Returns -1. */
int market_error(const struct market *market, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
