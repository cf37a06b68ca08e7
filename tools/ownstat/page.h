/*
 * tools/ownstat/page.h - the template of the page that `ownstat html' fills.
 */
#ifndef OWNSTAT_PAGE_H
#define OWNSTAT_PAGE_H

#include "ownstat.h"

/*
 * Where it is: what OWNSTAT_PAGE names; else, for a program in the folder where it was built, that
 * of its sources; else where it is installed. In the pool's memory.
 */
char *page_find(own_pool *memory);

/* Reads it; the program ends where that is impossible. In the pool's memory. */
char *page_read(own_pool *memory, const char *path);

#endif
