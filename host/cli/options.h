/* The options of `immure run`, `host` and `repl`, as rows of one table. */
#ifndef IMMURE_OPTIONS_H
#define IMMURE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/err.h"
#include "host/policy/policy.h"

enum option_command { FOR_RUN = 1, FOR_HOST = 2, FOR_REPL = 4 };

enum option_group {
    GROUP_WHAT,
    GROUP_LIMITS,
    GROUP_GUEST,
    GROUP_POLICY,
    GROUP_RESULT,
    GROUP_OTHER,
    GROUP_COUNT
};

struct option_list {
    const char **items; /* malloc'd array of borrowed texts */
    size_t count;
};

/* Texts are borrowed from argv. */
struct options {
    const char *code, *module;
    const char *policy, *input, *globals, *report, *out, *audit;
    struct option_list files, dirs, env, imports, folders, grants;
    struct option_list gateways; /* of --grant as well: NAME=URI */
    uint64_t limits[POLICY_LIMIT_COUNT];
    bool limit_given[POLICY_LIMIT_COUNT];
    bool seeded;
    int64_t seed;
    int nice;
    int report_fd; /* -1: none */
    bool json, explain, echo, help, version;
    int operands; /* index of the first argument that is no option */
};

struct option_row {
    const char *name; /* NULL where only the letter exists */
    char letter;      /* 0: none */
    const char *arg;  /* name of its argument, or NULL */
    const char *help; /* lines; the second and later ones are indented */
    enum option_group group;
    unsigned commands; /* FOR_* */
    bool repeats;      /* may be given more than once */
    bool last;         /* what follows belongs to the program, as in python */
    int (*set)(struct options *o, const char *value, struct err *err);
};

extern const struct option_row option_rows[];
extern const size_t option_row_count;

/* Parse argv[1...]; options end at the first operand, "--", -c or -m.  Errors
 * name the option and what to write.  *out must be cleared either way. */
int options_parse(int argc, char **argv, enum option_command command,
                  struct options *out, struct err *err);
void options_clear(struct options *options);

/* The known name nearest to a mistyped one, or NULL. */
const char *options_nearest(const char *name, enum option_command command);

#define OWNED_OPTIONS __attribute__((cleanup(options_clear))) struct options

#endif
