/*
 * fuzz/ownstat.c - reports of pools in JSON (tools/ownstat).
 */
#include "target.h"

#include <own.h>

#include <string.h>

#include "report.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct problem problem = {""};
    own_pool *memory = own_pool_new(NULL);

    MUST(memory);
    char *text = (char *)own_alloc_raw(memory, size + 1, 1);
    MUST(text);
    memcpy(text, bytes, size);
    text[size] = 0;
    struct report *report = report_parse(memory, "input", text, size, &problem);
    if (!report) {
        MUST(problem.text[0]);
        return 0;
    }
    uint64_t pools = 0;
    for (size_t i = 0; i < report->pool_count; i++) {
        const struct pool *pool = &report->pools[i];
        MUST(pool->parent == NONE || pool->parent < i);
        MUST(pool->id == 0 || report_find(report, pool->id) != NONE);
        MUST(report_text(report, pool->name));
        pools += pool->parent == NONE ? pool->total_pools : 0;
    }
    MUST(pools == report->pool_count);
    for (size_t i = 0; i < report->hold_count; i++)
        MUST(report->holds[i].pool < report->pool_count);
    own_decref(report->memory);
    return 0;
}
