/* :break wall, what the wall alone stops.  Only in a build that was configured
 * with --enable-layer-tests: it needs a zygote that can leave the gate out. */
#include <limits.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/cli/repl.h"
#include "host/paths.h"

static const char *const without_gate[] = {"--only=wall", NULL};

int
repl_break(struct repl *r, const char **words, struct err *err)
{
    (void)err;
    r->without_gate = strcmp(words[1], "wall") == 0;
    repl_print(r, r->without_gate
                      ? "the next input runs in a guest of its own without "
                        "the gate: what stops it is the wall"
                      : "write :break wall; nothing else can be left out");
    return 0;
}

int
repl_run_without_gate(struct repl *r, const char *code, struct err *err)
{
    __attribute__((cleanup(guest_close))) struct repl_guest guest = {0};
    char zygote[PATH_MAX];
    struct immure_result result = {0};
    bool dead;
    r->without_gate = false;
    if (paths_program("immure-zygote-layers", zygote, sizeof zygote, err) !=
            0 ||
        guest_open(&guest, r->signals, zygote, without_gate, err) != 0 ||
        guest_use(&guest, r->policy, err) != 0 ||
        guest_run(&guest, code, true, false, &result, &dead, err) != 0)
        return -1;
    repl_show(r, &result);
    immure_result_clear(&result);
    return 0;
}
