/* A main for fuzz targets where there is no libFuzzer: feeds each file of the
 * corpus to the target, and each of its prefixes.  A crash or a sanitizer's
 * report is the failure.  Prints TAP.
 *
 *     fuzz_frame_replay FILE... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 1 << 16 };

static int
replay(const char *path, uint8_t *bytes)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return -1;
    size_t len = fread(bytes, 1, INPUT_MAX, f);
    int failed = ferror(f);
    fclose(f);
    if (failed)
        return -1;
    for (size_t n = 0; n <= len; n++)
        LLVMFuzzerTestOneInput(bytes, n);
    return 0;
}

int
main(int argc, char **argv)
{
    uint8_t *bytes = malloc(INPUT_MAX);
    if (bytes == NULL)
        return 99;
    int bad = argc < 2;
    printf("1..%d\n", argc - 1);
    for (int i = 1; i < argc; i++) {
        const char *slash = strrchr(argv[i], '/');
        int failed = replay(argv[i], bytes) != 0;
        bad |= failed;
        printf("%s %d - %s\n", failed ? "not ok" : "ok", i,
               slash ? slash + 1 : argv[i]);
        fflush(stdout);
    }
    free(bytes);
    return bad;
}
