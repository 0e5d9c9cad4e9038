/* The effective policy: what a run is held to, and where each value came
 * from.
 *
 * It is JSON, made from TOML by host/policy/compile.py: for the shipped
 * profiles while immure is built, for a file of the operator's in a
 * short-lived child.  Here it is only read. */
#ifndef IMMURE_POLICY_H
#define IMMURE_POLICY_H

#include <stdint.h>

#include "host/err.h"

/* Milliseconds, bytes, steps of Python. */
enum policy_unit { POLICY_TIME, POLICY_SIZE, POLICY_FUEL };

enum policy_limit {
    POLICY_CPU,
    POLICY_WALL,
    POLICY_MEMORY,
    POLICY_OUTPUT,
    POLICY_FILES,
    POLICY_FUEL_LIMIT,
    POLICY_LIMIT_COUNT
};

struct policy_limit_row {
    const char *name; /* in TOML and as an option, "cpu" */
    const char *key;  /* in the JSON, "cpu_ms" */
    enum policy_unit unit;
    uint64_t lowest, highest;
    const char *example; /* how to write one */
};

/* Generated from compile.py's table. */
extern const struct policy_limit_row policy_limit_rows[POLICY_LIMIT_COUNT];

struct policy_profile {
    const char *name;
    const char *json;
};

/* The shipped profiles; the last row has no name. */
extern const struct policy_profile policy_profiles[];

/* A profile's JSON, or NULL. */
const char *policy_builtin(const char *name);

struct policy_value {
    uint64_t value;
    char *origin; /* "FILE:LINE" or "command line"; malloc'd */
};

struct policy {
    char *json;   /* malloc'd, as it goes to the zygote */
    char *sha256; /* malloc'd, without a prefix */
    struct policy_value limits[POLICY_LIMIT_COUNT];
};

/* Read an effective policy.  *out is untouched on failure. */
int policy_parse(struct policy *out, const char *json, struct err *err);

/* A limit of the command line stands above the policy's. */
int policy_override(struct policy *policy, enum policy_limit limit,
                    uint64_t value, struct err *err);

void policy_clear(struct policy *policy);

#define OWNED_POLICY __attribute__((cleanup(policy_clear))) struct policy

#endif
