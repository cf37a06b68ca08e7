/*
 * limit/account.c - chunks that are charged.
 */
#include "limit/limit.h"

#include <errno.h>

void *account_get_limited(struct account *account, size_t size, size_t *granted)
{
    size_t whole = chunk_round(size);
    if (!whole) {
        errno = ENOMEM;
        return NULL;
    }
    if (!account_charge(account, whole))
        return NULL;
    void *chunk = chunk_get(size, granted);
    if (!chunk)
        account_cancel(account, whole);
    return chunk;
}
