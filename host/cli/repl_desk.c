#include "host/cli/repl_desk.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/policy/units.h"

void
desk_answer_clear(struct desk_answer *answer)
{
    free(answer->text);
    free(answer->policy);
    *answer = (struct desk_answer){0};
}

/* What the desk wrote on stderr has been seen by whoever reads ours. */
static int
fail_gone(struct err *err)
{
    return err_set(err, ERR_GONE, 0,
                   "the process that knows the policy has ended");
}

static int
read_answer(struct desk *desk, struct desk_answer *out, struct err *err)
{
    OWNED_STR line = NULL;
    size_t room = 0;
    if (getline(&line, &room, desk->answers) < 0)
        return fail_gone(err);
    json_t *root = json_loads(line, JSON_ALLOW_NUL, NULL);
    const char *text = json_string_value(json_object_get(root, "text"));
    json_t *policy = json_object_get(root, "policy");
    *out = (struct desk_answer){
        .known = json_is_true(json_object_get(root, "known")),
        .text = strdup(text ? text : ""),
        .policy = policy ? json_dumps(policy, JSON_COMPACT) : NULL};
    json_decref(root);
    return 0;
}

enum { FIXED_WORDS = 4, LIMIT_TEXT = 64 };

struct words {
    const char **list; /* malloc'd */
    size_t n;
    char limits[POLICY_LIMIT_COUNT][LIMIT_TEXT];
};

static void
words_clear(struct words *words)
{
    free(words->list);
}

static void
add(struct words *words, const char *option, const struct option_list *values)
{
    for (size_t i = 0; i < values->count; i++) {
        words->list[words->n++] = option;
        words->list[words->n++] = values->items[i];
    }
}

static int
make_words(struct words *words, const struct options *o, struct err *err)
{
    size_t most = FIXED_WORDS + 2 * (o->imports.count + o->folders.count +
                                     POLICY_LIMIT_COUNT);
    words->list = calloc(most, sizeof *words->list);
    if (words->list == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    words->list[words->n++] = "desk";
    words->list[words->n++] = "--";
    words->list[words->n++] = o->policy ? o->policy : "pure";
    add(words, "--allow-import", &o->imports);
    add(words, "--env", &o->folders);
    for (int i = 0; i < POLICY_LIMIT_COUNT; i++) {
        char value[UNITS_TEXT];
        if (!o->limit_given[i])
            continue;
        snprintf(words->limits[i], LIMIT_TEXT, "%s=%s",
                 policy_limit_rows[i].name,
                 units_show(o->limits[i], policy_limit_rows[i].unit, value));
        words->list[words->n++] = "--limit";
        words->list[words->n++] = words->limits[i];
    }
    return 0;
}

int
desk_start(struct desk *desk, const struct options *options,
           struct desk_answer *out, struct err *err)
{
    __attribute__((cleanup(words_clear))) struct words words = {0};
    *desk = (struct desk){.talk = {.err = -1}};
    if (make_words(&words, options, err) != 0 ||
        tool_start(words.list, &desk->talk, err) != 0)
        return -1;
    desk->ask = fdopen(desk->talk.in, "w");
    desk->answers = fdopen(desk->talk.out, "r");
    if (desk->ask == NULL || desk->answers == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (read_answer(desk, out, err) == 0)
        return 0;
    return tool_fail(&desk->talk, err);
}

int
desk_ask(struct desk *desk, const char *const *words, struct desk_answer *out,
         struct err *err)
{
    json_t *list = json_array();
    for (; list != NULL && *words != NULL; words++)
        json_array_append_new(list, json_string(*words));
    OWNED_STR line = list ? json_dumps(list, JSON_COMPACT) : NULL;
    json_decref(list);
    if (line == NULL)
        return err_set(err, ERR_USAGE, 0, "the words are no UTF-8");
    if (fprintf(desk->ask, "%s\n", line) < 0 || fflush(desk->ask) != 0)
        return fail_gone(err);
    return read_answer(desk, out, err);
}

/* It ends with its input. */
void
desk_stop(struct desk *desk)
{
    if (desk->ask != NULL)
        fclose(desk->ask);
    if (desk->answers != NULL)
        fclose(desk->answers);
    cleanup_fd(&desk->talk.err);
    pid_t pid = desk->talk.pid;
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    *desk = (struct desk){.talk = {.err = -1}};
}
