/* Command lines: words split at NUL bytes; the first byte chooses the
 * command.  Not hostile, but typed by people. */
#include "host/cli/options.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { WORDS_MAX = 64 };

static void
check(const struct options *o, int argc, int failed, const struct err *err)
{
    if (failed != 0 && (failed != -1 || err->msg[0] == '\0'))
        abort();
    if (failed == 0 && (o->operands < 1 || o->operands > argc))
        abort();
    for (int i = 0; failed == 0 && i < POLICY_LIMIT_COUNT; i++)
        if (o->limit_given[i] && (o->limits[i] < policy_limit_rows[i].lowest ||
                                  o->limits[i] > policy_limit_rows[i].highest))
            abort();
    for (size_t i = 0; i < o->env.count; i++)
        fuzz_use(strlen(o->env.items[i]));
    for (size_t i = 0; i < o->files.count; i++)
        fuzz_use(strlen(o->files.items[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[] = "immure", *argv[WORDS_MAX + 2] = {name};
    int argc = 1;
    struct err err = {0};
    if (size == 0)
        return 0;
    char *text = malloc(size); /* the words and a NUL behind the last */
    if (text == NULL)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    for (char *word = text; word < text + size && argc <= WORDS_MAX;
         word += strlen(word) + 1)
        argv[argc++] = word;
    OWNED_OPTIONS options = {0};
    int failed = options_parse(argc, argv, data[0] % 2 ? FOR_HOST : FOR_RUN,
                               &options, &err);
    check(&options, argc, failed, &err);
    free(text);
    return 0;
}
