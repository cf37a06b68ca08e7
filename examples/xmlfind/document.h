/*
 * document.h - one document, read as far as it takes.
 */
#ifndef XMLFIND_DOCUMENT_H
#define XMLFIND_DOCUMENT_H

#include <own.h>

struct search {
    const char *element; /* whose texts are printed */
    size_t limit;        /* of the memory that a document may take; 0: none */
    bool only_first;     /* text of each document */
    bool uses_malloc;    /* for each block: tools for debugging memory see it then */
    bool says_usage;     /* on stderr, what each document took */
};

/* Prints what is found in a file. False: it could not be read to its end, which has been said. */
bool document_search(own_pool *owner, const struct search *search, const char *name);

#endif
