/* Kind "sql": a database behind immure.gateway.sql, PEP 249. */
#include "host/gateway/sql.h"

#include <stdlib.h>
#include <string.h>

#include "host/gateway/kinds.h"

/* The engines that this program was built with. */
static const struct sql_engine *const engines[] = {
#ifdef WITH_SQLITE
    &sql_sqlite,
#endif
#ifdef WITH_POSTGRES
    &sql_postgres,
#endif
#ifdef WITH_MARIADB
    &sql_mariadb,
#endif
    NULL,
};

static const char *const class_names[] = {"select", "insert", "update",
                                          "delete", "schema", "other"};

const char *
sql_class_name(unsigned classes)
{
    size_t i = 0;
    while (i + 1 < sizeof class_names / sizeof *class_names &&
           !(classes >> i & 1))
        i++;
    return class_names[i];
}

static const struct sql_engine *
find_engine(const char *uri)
{
    for (size_t i = 0; engines[i] != NULL; i++)
        for (size_t j = 0; engines[i]->schemes[j] != NULL; j++)
            if (strncmp(uri, engines[i]->schemes[j],
                        strlen(engines[i]->schemes[j])) == 0)
                return engines[i];
    return NULL;
}

static unsigned
read_classes(const json_t *keys, bool read_only)
{
    const json_t *names = json_object_get(keys, "statements"), *name;
    unsigned classes = 0;
    size_t at;
    if (read_only)
        return SQL_SELECT;
    if (names == NULL)
        return SQL_ALL & ~(unsigned)SQL_OTHER;
    json_array_foreach(names, at, name) {
        const char *text = json_string_value(name);
        for (unsigned i = 0; i < sizeof class_names / sizeof *class_names; i++)
            if (text != NULL && strcmp(text, class_names[i]) == 0)
                classes |= 1u << i;
    }
    return classes;
}

static void
free_settings(struct sql_settings *s)
{
    free(s->where);
    secret_clear(&s->password);
    free(s);
}

static int
read_settings(struct gateway *gateway, const json_t *keys,
              struct sql_settings *s, struct err *err)
{
    const char *uri = key_text(keys, "uri");
    s->engine = find_engine(uri ? uri : "");
    if (s->engine == NULL)
        return err_set(err, ERR_POLICY, 0,
                       "immure was built without the database of this uri");
    s->where = strdup(uri);
    s->read_only = json_is_true(json_object_get(keys, "read_only"));
    s->classes = read_classes(keys, s->read_only);
    s->rows = key_number(keys, "rows", 10000);
    s->size = key_number(keys, "size", 4 << 20);
    s->connections = key_number(keys, "connections", 4);
    s->time_ms = key_number(keys, "time_ms", 5000);
    if (s->where == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (key_secret(keys, "password", &s->password, err) != 0)
        return -1;
    return s->engine->open_settings(gateway, s, err);
}

static int
sql_open(struct gateway *gateway, const json_t *keys, struct err *err)
{
    struct sql_settings *settings = calloc(1, sizeof *settings);
    if (settings == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (read_settings(gateway, keys, settings, err) != 0) {
        free_settings(settings);
        return -1;
    }
    gateway->state = settings;
    return 0;
}

/* --- a job's client --- */

static enum answer_status
run(void *state, const struct worker_ask *ask, struct buf *out)
{
    return sql_answer(state, ask, out);
}

static void
interrupt(void *state)
{
    struct sql_job *job = state;
    pthread_mutex_lock(&job->lock);
    if (job->working != NULL && job->settings->engine->interrupt != NULL)
        job->settings->engine->interrupt(job->working);
    pthread_mutex_unlock(&job->lock);
}

static void
after(void *state)
{
    sql_job_tidy(state);
}

static void
end(void *state)
{
    sql_job_end(state);
    free(state);
}

static const struct worker_ops ops = {
    .run = run, .after = after, .interrupt = interrupt, .end = end};

static int
sql_join(struct client *client, struct err *err)
{
    struct worker *worker;
    struct sql_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    job->settings = client->gateway->state;
    pthread_mutex_init(&job->lock, NULL);
    if (worker_new(client, &ops, job, &worker, err) != 0) {
        free(job);
        return -1;
    }
    client->state = worker;
    return 0;
}

static void
sql_call(struct client *client, struct span data)
{
    worker_call(client->state, data);
}

static void
sql_cancel(struct client *client)
{
    worker_cancel(client->state);
}

static void
sql_leave(struct client *client)
{
    worker_leave(client->state);
}

/* No close(): threads that still work look at the settings. */
const struct gateway_kind gateway_sql = {.name = "sql",
                                         .open = sql_open,
                                         .join = sql_join,
                                         .call = sql_call,
                                         .cancel = sql_cancel,
                                         .leave = sql_leave};
