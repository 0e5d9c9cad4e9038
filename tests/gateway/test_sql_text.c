/* What a statement is by its words: verdicts as data. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "host/gateway/sql.h"
#include "host/gateway/sql_uri.h"

enum {
    REFUSED = 0,
    S = SQL_SELECT,
    I = SQL_INSERT,
    U = SQL_UPDATE,
    D = SQL_DELETE,
    C = SQL_SCHEMA,
    O = SQL_OTHER
};
#define PG SQL_POSTGRES
#define MA SQL_MARIADB

/* clang-format off */
static const struct {
    enum sql_dialect dialect;
    const char *sql;
    unsigned classes;   /* REFUSED: no statement for a guest */
    const char *text;   /* as the server gets it; NULL: as it is */
    unsigned values;
} rows[] = {
    {PG, "select 1", S, NULL, 0},
    {PG, "  SeLeCt 1;  -- end", S, "  SeLeCt 1  -- end", 0},
    {PG, "(select 1)", S, NULL, 0},
    {PG, "select ?, '?', ?", S, "select  $1 , '?',  $2 ", 2},
    {PG, "select \"?\", $$?$$, $a$?$a$ /* ? */ -- ?\n, ?", S, "select \"?\", $$?$$, $a$?$a$ /* ? */ -- ?\n,  $1 ", 1},
    {PG, "select a ?? 'b', ?", S, "select a ? 'b',  $1 ", 1},
    {PG, "select $2, $1", S, NULL, 2},
    {PG, "select $1, ?", REFUSED, NULL, 0},
    {PG, "select '''?''', ?", S, "select '''?''',  $1 ", 1},
    {PG, "select E'\\'?', ?", S, "select E'\\'?',  $1 ", 1},
    {PG, "select e'\\\\', ?", S, "select e'\\\\',  $1 ", 1},
    {PG, "select '\\', ?", S, "select '\\',  $1 ", 1},
    {PG, "select name'x', ?", S, "select name'x',  $1 ", 1},
    {PG, "select $a$ $b$ ? $a$, ?", S, "select $a$ $b$ ? $a$,  $1 ", 1},
    {PG, "select a$b$, ?", S, "select a$b$,  $1 ", 1},
    {PG, "/* /* ? */ ; */ select 1", S, NULL, 0},
    {PG, "insert into t values (1)", I, NULL, 0},
    {PG, "insert into t values (1) on conflict do update set a = 1", I | U, NULL, 0},
    {PG, "with x as (delete from t returning *) select * from x", S | D, NULL, 0},
    {PG, "with x as (select 'delete') select * from x", S, NULL, 0},
    {PG, "with x as (select 1) merge into t using x on true", S | I | U | D, NULL, 0},
    {PG, "explain analyze update t set a = 1", S | U, NULL, 0},
    {PG, "explain create table x as select 1", S | C, NULL, 0},
    {PG, "explain execute x", S | O, NULL, 0},
    {PG, "select * from t for update", S, NULL, 0},
    {PG, "select * from t for no key update", S, NULL, 0},
    {PG, "select * from t for /* x */ update", S, NULL, 0},
    {PG, "select * into x from t", S | C, NULL, 0},
    {PG, "with x as (insert into t values (1) returning *) select * from x", S | I, NULL, 0},
    {PG, "create table t (a int)", C, NULL, 0},
    {PG, "create trigger x after insert on t", C | I, NULL, 0},
    {PG, "set role x", O, NULL, 0},
    {PG, "copy t to program 'x'", O, NULL, 0},
    {PG, "do $$ begin delete from t; end $$", O, NULL, 0},
    {PG, "\xc3\xa9 1", O, NULL, 0},
    {PG, "savepoint a", S, NULL, 0},
    {PG, "rollback to a", S, NULL, 0},
    {PG, "rollback to savepoint a", S, NULL, 0},
    {PG, "rollback", REFUSED, NULL, 0},
    {PG, "rollback and chain", REFUSED, NULL, 0},
    {PG, "rollback work to a", REFUSED, NULL, 0},
    {PG, "commit", REFUSED, NULL, 0},
    {PG, "commit and delete", REFUSED, NULL, 0},
    {PG, "begin", REFUSED, NULL, 0},
    {PG, "/**/ start transaction", REFUSED, NULL, 0},
    {PG, "select 1; select 2", REFUSED, NULL, 0},
    {PG, "select 1;;", S, "select 1", 0},
    {PG, "select 1; 'x'", REFUSED, NULL, 0},
    {PG, "", REFUSED, NULL, 0},
    {PG, " -- select 1", REFUSED, NULL, 0},
    {PG, "1", REFUSED, NULL, 0},
    {PG, "select 'unended", S, NULL, 0},
    {PG, "select $x$unended ? ; delete", S, NULL, 0},
    {PG, "select 1e5delete", S | D, NULL, 0},
    {PG, "select 1e5, 0x1f, 1.5e-3", S, NULL, 0},
    {PG, "with q as (select 1) --\r, d as (delete from t) select 1", S | D, NULL, 0},
    {PG, "select E'a''\\'', ?", S, "select E'a''\\'',  $1 ", 1},
    {PG, "select E'a'\n'\\'' as z", REFUSED, NULL, 0},
    {PG, "select $? ' $$ as z), d as (delete from t) -- '", S, "select $ $1  ' $$ as z), d as (delete from t) -- '", 1},
    {PG, "select 1 as insert into x", S | I | C, NULL, 0},
    {PG, "with q as (select 1) select (1) insert into x", S | I | C, NULL, 0},
    {PG, "with q as (select 1) insert into t select 1", S | I, NULL, 0},
    {PG, "alter role current_user set search_path = x", C | O, NULL, 0},
    {PG, "create table t (role text)", C, NULL, 0},
    {MA, "select 1e1into @x", S | O, NULL, 0},
    {MA, "select ?, '\\'?', \"\\\"?\", `?`, ? # ?", S, NULL, 2},
    {MA, "select 1 --?\n, ?", S, NULL, 2},
    {MA, "select 1 -- ?\n, ?", S, NULL, 1},
    {MA, "select 1 --\x01?\n, ?", S, NULL, 1},
    {MA, "select /* /* */ ?", S, NULL, 1},
    {MA, "select /*! 1 */", REFUSED, NULL, 0},
    {MA, "select /*M! 1 */", REFUSED, NULL, 0},
    {MA, "select '/*! 1 */'", S, NULL, 0},
    {MA, "select 1 into outfile 'x'", S | O, NULL, 0},
    {MA, "select 1 into @x", S | O, NULL, 0},
    {MA, "insert into t select 1", I, NULL, 0},
    {MA, "replace into t values (1)", I | D, NULL, 0},
    {MA, "insert into t values (1) on duplicate key update a = 1", I | U, NULL, 0},
    {MA, "load data local infile 'x' into table t", O, NULL, 0},
    {MA, "begin not atomic delete from t; end", REFUSED, NULL, 0},
    {MA, "xa start 'x'", REFUSED, NULL, 0},
    {MA, "set statement max_statement_time = 0 for delete from t", O | D, NULL, 0},
};

static const struct {
    const char *uri;
    const char *user, *password, *host, *database, *socket; /* NULL: none */
    unsigned port;
    bool fine;
} uris[] = {
    {"mysql://app@db.example:3307/shop", "app", NULL, "db.example", "shop", NULL, 3307, true},
    {"mariadb://app:p%40ss%2f@[::1]:1/x%20y", "app", "p@ss/", "::1", "x y", NULL, 1, true},
    {"mysql://h", NULL, NULL, "h", NULL, NULL, 0, true},
    {"mysql://u@/d?socket=/run/s", "u", NULL, NULL, "d", "/run/s", 0, true},
    {"mysql://a@b@h/d", "a@b", NULL, "h", "d", NULL, 0, true},
    {"mysql://h:0/d", .fine = false},
    {"mysql://h:99999/d", .fine = false},
    {"mysql://h:x/d", .fine = false},
    {"mysql://u%zz@h/d", .fine = false},
    {"mysql://u%00@h/d", .fine = false},
    {"mysql://[::1/d", .fine = false},
    {"mysql://h/d?tls=no", .fine = false},
    {"mysql://h/d?local_infile=1", .fine = false},
    {"mysql:h", .fine = false},
};
/* clang-format on */

START_TEST(judged)
{
    struct sql_text text;
    struct sql_error error = {.kind = NULL};
    const char *sql = rows[_i].sql;
    int done =
        sql_text_read(sql, strlen(sql), rows[_i].dialect, &text, &error);
    ck_assert_msg((done == 0) == (rows[_i].classes != REFUSED), "%s: %s", sql,
                  error.text);
    if (done == 0) {
        ck_assert_msg(text.classes == rows[_i].classes, "%s: %#x", sql,
                      text.classes);
        ck_assert_str_eq((const char *)text.text.data,
                         rows[_i].text ? rows[_i].text : sql);
        ck_assert_msg(text.placeholders == rows[_i].values, "%s: %u", sql,
                      text.placeholders);
    } else {
        ck_assert_ptr_nonnull(error.kind);
    }
    buf_clear(&text.text);
}
END_TEST

/* Whatever stands there, and wherever it is cut. */
START_TEST(cut)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t len = 0; len <= strlen(rows[i].sql); len++) {
            struct sql_text text;
            struct sql_error error;
            char *copy = malloc(len + 1);
            memcpy(copy, rows[i].sql, len);
            copy[len] = '\0';
            (void)sql_text_read(copy, len, rows[i].dialect, &text, &error);
            buf_clear(&text.text);
            free(copy);
        }
}
END_TEST

static void
same(const char *a, const char *b)
{
    ck_assert((a == NULL) == (b == NULL));
    if (a != NULL)
        ck_assert_str_eq(a, b);
}

START_TEST(uri)
{
    OWNED_SQL_URI got = {.port = 0};
    struct err err;
    int done = sql_uri_read(uris[_i].uri, &got, &err);
    ck_assert_msg((done == 0) == uris[_i].fine, "%s", uris[_i].uri);
    if (done != 0) {
        ck_assert_int_eq(err.code, ERR_POLICY);
        return;
    }
    same(got.user, uris[_i].user);
    same(got.password, uris[_i].password);
    same(got.host, uris[_i].host);
    same(got.database, uris[_i].database);
    same(got.socket, uris[_i].socket);
    ck_assert_uint_eq(got.port, uris[_i].port);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("sql");
    TCase *tc = tcase_create("text");
    tcase_add_loop_test(tc, judged, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, cut);
    tcase_add_loop_test(tc, uri, 0, sizeof uris / sizeof *uris);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
