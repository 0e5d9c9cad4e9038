/* What a program's text tells of the modules it is going to import. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "host/err.h"
#include "host/lib/hints.h"

#define MULTIBYTE                                                             \
    "_codecs_cn,_codecs_hk,_codecs_iso2022,_codecs_jp,_codecs_kr,"            \
    "_codecs_tw,_multibytecodec"

struct row {
    const char *code;
    const char *names; /* NULL: everything */
};

/* clang-format off */
static const struct row rows[] = {
    {"", ""},
    {"print(1)", ""},
    {"import json", "json"},
    {"import math, json", "json,math"},
    {"import json;import math", "json,math"},
    {"import json as j\nj.dumps(1)", "json"},
    {"json = 1; time = 2\nprint(json)", ""},
    {"def f():\n  import decimal", "decimal"},
    {"from collections import abc", "abc,collections,collections.abc"},
    {"from xml.etree import ElementTree as ET", "xml,xml.etree,xml.etree.ElementTree"},
    {"import xml.etree.ElementTree", "xml,xml.etree,xml.etree.ElementTree"},
    {"from concurrent import futures", "concurrent,concurrent.futures"},
    {"from json import (\n  decoder,\n  dumps)\nmath", "json,json.decoder"},
    {"import json, \\\n  math\ntime", "json,math"},
    {"x = ')'\nfrom json import (\n  decoder)\n", "json,json.decoder"},
    {"import os.path", "os,os.path"},
    {"import numpy, json", "json"},
    {"import no_such_module", ""},
    {"import jso\nimport jsonx\nimport json.", "json"},
    {"import _jail, _immure_boot, _pickle, subprocess", ""},
    {"importjson", ""},
    {"x.strptime('')", "_strptime"},
    {"b'x'.decode(name)", MULTIBYTE},
    {"import json\n__import__(x)", NULL},
    {"exec(input())", NULL},
    {"eval('1')", NULL},
    {"compile('1', '', 'eval')", NULL},
    {"import re\nre.compile('x')", "re"},
    {"cursor.exec(1)", ""},
    {"import importlib", NULL},
    {"from importlib.resources import files", NULL},
    {"import pickle", NULL},
    {"import code", NULL},
    {"code = 1", ""},
    {"import doctest\n'decimal'", "decimal,doctest"},
    {"\xef\xbb\xbfimport json", "json"},
    {"import json\0import math", "json,math"},
};
/* clang-format on */

/* The rows hold text behind a NUL. */
static size_t
length(int at)
{
    return strcmp(rows[at].code, "import json") == 0 &&
                   strcmp(rows[at].names, "json,math") == 0
               ? sizeof "import json\0import math" - 1
               : strlen(rows[at].code);
}

START_TEST(finds)
{
    const struct immure_job job = {.code = {rows[_i].code, length(_i)}};
    struct err err;
    char *names = NULL;
    ck_assert(hints_find(&job, &names, &err) == 0);
    if (rows[_i].names == NULL)
        ck_assert_msg(names == NULL, "%s: %s", rows[_i].code, names);
    else
        ck_assert_msg(names != NULL && strcmp(names, rows[_i].names) == 0,
                      "%s: %s, not %s", rows[_i].code, names, rows[_i].names);
    free(names);
}
END_TEST

START_TEST(looks_into_files)
{
    const struct immure_file files[] = {
        {"helper.py", {"import math", 11}},
        {"data.txt", {"import json", 11}},
        {".py", {"import json", 11}},
    };
    const struct immure_job job = {.code = {"import helper", 13},
                                   .files = files,
                                   .nfiles = 3,
                                   .globals_json = NULL};
    struct err err;
    char *names = NULL;
    ck_assert(hints_find(&job, &names, &err) == 0);
    ck_assert_str_eq(names, "math");
    free(names);
}
END_TEST

START_TEST(globals_need_json)
{
    const struct immure_job job = {.code = {"1", 1}, .globals_json = "{}"};
    struct err err;
    char *names = NULL;
    ck_assert(hints_find(&job, &names, &err) == 0);
    ck_assert_str_eq(names, "json");
    free(names);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("hints");
    TCase *t = tcase_create("hints");
    tcase_add_loop_test(t, finds, 0, sizeof rows / sizeof *rows);
    tcase_add_test(t, looks_into_files);
    tcase_add_test(t, globals_need_json);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
