/*
 * own/version.h - which libown this is. configure reads the version from this file.
 */
#ifndef OWN_VERSION_H
#define OWN_VERSION_H

#include <own/attributes.h>

/* The version of these headers, as numbers. */
#define OWN_VERSION_MAJOR 0
#define OWN_VERSION_MINOR 1
#define OWN_VERSION_PATCH 0

/* The version of these headers, "major.minor.patch". */
#define OWN_VERSION                                                                                \
    OWN_STRINGIZE(OWN_VERSION_MAJOR)                                                               \
    "." OWN_STRINGIZE(OWN_VERSION_MINOR) "." OWN_STRINGIZE(OWN_VERSION_PATCH)

/*
 * Whether these headers are of at least that version, for #if:
 *
 *     #if !OWN_VERSION_AT_LEAST(0, 1, 0)
 *     #error "libown 0.1.0 is needed"
 *     #endif
 *
 * The library that the program runs with is checked by the loader: names of the interface have the
 * version in which they came, and a program does not start if the library has not all of its names.
 */
#define OWN_VERSION_AT_LEAST(major, minor, patch)                                                  \
    (OWN_VERSION_MAJOR > (major) ||                                                                \
     (OWN_VERSION_MAJOR == (major) &&                                                              \
      (OWN_VERSION_MINOR > (minor) ||                                                              \
       (OWN_VERSION_MINOR == (minor) && OWN_VERSION_PATCH >= (patch)))))

OWN_BEGIN_DECLS

/*
 * The version of the library that the program runs with, in the form of OWN_VERSION.
 *
 * The string is borrowed and lives for ever. Cannot fail. Threads: any. Cost: none.
 */
OWN_API const char *own_version(void);

OWN_END_DECLS

#endif
