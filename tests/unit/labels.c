/*
 * labels.c - labelled chunks are found from all addresses that lie in them, and nothing else is.
 */
#include "chunk/heap.h"
#include "harness.h"

static void expect_found(const void *address, const void *chunk)
{
    uint64_t begin[2] = {0, 0};

    expect(chunk_labelled_at(address, begin) == chunk);
    if (chunk)
        expect(memcmp(begin, chunk, sizeof begin) == 0);
    else
        expect(begin[0] == 0 && begin[1] == 0);
}

START_TEST(labels_are_found_from_each_address)
{
    for (unsigned class = class_of(LABEL_BYTES); class < CLASS_SMALL; class ++) {
        size_t granted, size = class_size(class);
        char *chunks[3];
        for (int i = 0; i < 3; i++) {
            chunks[i] = (char *)chunk_get(size, &granted);
            expect(chunks[i] && granted == size);
            memset(chunks[i], 'a' + i, size);
        }
        chunk_label(chunks[1]);
        for (size_t at = 0; at < size; at += size / 37 + 1) {
            expect_found(chunks[0] + at, NULL);
            expect_found(chunks[1] + at, chunks[1]);
            expect_found(chunks[2] + at, NULL);
        }
        expect_found(chunks[1] + size - 1, chunks[1]);
        chunk_label(chunks[2]);
        expect_found(chunks[2], chunks[2]);
        chunk_validate();
        chunk_unlabel(chunks[1]);
        expect_found(chunks[1], NULL);
        expect_found(chunks[2] + size - 1, chunks[2]);
        chunk_unlabel(chunks[2]);
        for (int i = 0; i < 3; i++)
            chunk_put(chunks[i], size);
        chunk_validate();
    }
}
END_TEST

START_TEST(nothing_is_found_in_the_rest_of_a_segment)
{
    size_t granted;
    char *chunk = (char *)chunk_get(1024, &granted);
    char *units = (char *)chunk_get(3 * CHUNK_UNIT, &granted);
    const char *segment = (const char *)segment_of(chunk);

    expect(chunk && units);
    memset(chunk, 1, 1024);
    chunk_label(chunk);
    for (size_t at = 0; at < SEGMENT_SIZE; at += 48)
        expect_found(segment + at, (size_t)(segment + at - chunk) < 1024 ? chunk : NULL);
    for (size_t at = 0; at < 3 * CHUNK_UNIT; at += 100)
        expect_found(units + at, NULL);
    expect_found(segment - 1, NULL);
    expect_found(NULL, NULL);
    expect_found((void *)UINTPTR_MAX, NULL);
    chunk_unlabel(chunk);
    chunk_put(chunk, 1024);
    chunk_put(units, 3 * CHUNK_UNIT);
}
END_TEST

/* Ready chunks lose their labels as they become plain memory, or leave the cache. */
START_TEST(ready_chunks_lose_their_labels)
{
    size_t granted;
    unsigned class = class_of(1536);
    char *all[40];

    for (int i = 0; i < 40; i++)
        expect((all[i] = (char *)chunk_get(1536, &granted)) != NULL);
    own_trim(); /* the cache has none of them left */
    for (int i = 0; i < 40; i++) {
        memset(all[i], 0, 1536);
        chunk_label(all[i]);
        expect(ready_keep(chunk_cache, class, all[i]));
        expect_found(all[i] + 100, all[i]);
    }
    char *again = (char *)ready_take(chunk_cache, class); /* as a pool: keeps it */
    expect(again == all[39]);
    expect_found(again, again);
    expect(ready_keep(chunk_cache, class, again));
    expect(chunk_get(1536, &granted) == again); /* as anything */
    expect_found(again, NULL);
    own_trim();
    for (int i = 0; i < 40; i++)
        expect_found(all[i], NULL);
    chunk_validate();
    chunk_put(again, 1536);
}
END_TEST

START_TEST(unmapped_segments_are_not_read)
{
    enum { chunks = 1000 };
    static char *all[chunks];
    size_t granted;

    own_set_cache_limit(0);
    for (int i = 0; i < chunks; i++) {
        expect((all[i] = (char *)chunk_get(32768, &granted)) != NULL);
        chunk_label(all[i]);
        memset(all[i], i, LABELLED_BEGIN);
    }
    for (int i = 0; i < chunks; i++)
        expect_found(all[i] + i, all[i]);
    for (int i = 0; i < chunks; i++) {
        chunk_unlabel(all[i]);
        chunk_put(all[i], 32768);
        expect_found(all[i], NULL);
    }
    own_trim();
    for (int i = 0; i < chunks; i++)
        expect_found(all[i] + i, NULL);
    chunk_validate();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("labels");
    TCase *labels = add_case(suite, "labels");

    tcase_add_test(labels, labels_are_found_from_each_address);
    tcase_add_test(labels, nothing_is_found_in_the_rest_of_a_segment);
    tcase_add_test(labels, ready_chunks_lose_their_labels);
    tcase_add_test(labels, unmapped_segments_are_not_read);
    return run_suite(suite);
}
