/*
 * fuzz/words.c - the words of OWN_CHECK, which the library reads only once: so this has a copy of
 * the file that reads them.
 */
#define check_state fuzz_check_state
#define check_read fuzz_check_read
#define check_tell fuzz_check_tell
#define check_list_at_exit fuzz_check_list_at_exit
#define check_asks_for_sites fuzz_check_asks_for_sites
#include "check/words.c"

#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char text[4096];
    size_t length = size < sizeof text ? size : sizeof text - 1;

    memcpy(text, bytes, length);
    text[length] = 0;
    unsigned quietly = read_words(text, true);
    MUST(quietly == read_words(text, false));
    return 0;
}
