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
    void *chunk = limit_chunk_get(account->limit, size, granted);
    if (!chunk)
        account_cancel(account, whole);
    return chunk;
}

void account_put_limited(struct account *account, void *chunk, size_t size)
{
    account_uncharge(account, limit_chunk_put(account->limit, chunk, size));
}
