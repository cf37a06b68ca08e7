/*
 * hooks.h - the memory hooks of expat and zlib, as a pool's.
 */
#ifndef XMLFIND_HOOKS_H
#define XMLFIND_HOOKS_H

#include <expat.h>
#include <own.h>
#include <zlib.h>

/* A parser and a stream all of whose memory are blocks of the pool. They are never freed: they go
   with it. NULL: errno says why. */
XML_Parser hooks_parser_new(own_pool *pool);
z_stream *hooks_inflate_new(own_pool *pool);

/* XML_Parse, for a parser of that pool. */
enum XML_Status hooks_parse(own_pool *pool, XML_Parser parser, const char *text, size_t size,
                            bool is_last);

#endif
