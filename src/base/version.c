/*
 * base/version.c - the version of the library, as its headers had it when it was built.
 */
#include "base/base.h"

#include <own/version.h>

const char *own_version(void)
{
    return OWN_VERSION;
}
