/* Frames: what is rejected, and that nothing is lost in between. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "host/wire/frame.h"
#include "host/wire/job.h"

struct bad_header {
    const char *what;
    uint8_t bytes[FRAME_HEADER];
    enum frame_from from;
    const char *message; /* part of the error */
};

/* clang-format off */
static const struct bad_header bad_headers[] = {
    {"version 0",   {0, FRAME_RUN, 0, 0, 0, 0, 0, 0}, FRAME_FROM_CLIENT, "version"},
    {"version 2",   {2, FRAME_RUN, 0, 0, 0, 0, 0, 0}, FRAME_FROM_CLIENT, "version"},
    {"type 0",      {1, 0, 0, 0, 0, 0, 0, 0}, FRAME_FROM_CLIENT, "unknown"},
    {"type beyond", {1, FRAME_TYPE_COUNT, 0, 0, 0, 0, 0, 0}, FRAME_FROM_CLIENT, "unknown"},
    {"type 255",    {1, 255, 0, 0, 0, 0, 0, 0}, FRAME_FROM_GUEST, "unknown"},
    {"type between", {1, FRAME_END + 1, 0, 0, 0, 0, 0, 0}, FRAME_FROM_GUEST, "unknown"},
    {"guest id 1",  {1, FRAME_END, 1, 0, 2, 0, 0, 0}, FRAME_FROM_GUEST, "id"},
    {"guest id 9 << 8", {1, FRAME_END, 0, 9, 2, 0, 0, 0}, FRAME_FROM_GUEST, "id"},
    {"guest code",  {1, FRAME_CODE, 0, 0, 1, 0, 0, 0}, FRAME_FROM_GUEST, "wrong side"},
    {"guest result", {1, FRAME_RESULT, 0, 0, 1, 0, 0, 0}, FRAME_FROM_GUEST, "wrong side"},
    {"client end",  {1, FRAME_END, 0, 0, 2, 0, 0, 0}, FRAME_FROM_CLIENT, "wrong side"},
    {"run with bytes", {1, FRAME_RUN, 0, 0, 1, 0, 0, 0}, FRAME_FROM_CLIENT, "limit"},
    {"end of 3",    {1, FRAME_END, 0, 0, 3, 0, 0, 0}, FRAME_FROM_GUEST, "limit"},
    {"4 GiB",       {1, FRAME_EXCEPTION, 0, 0, 255, 255, 255, 255}, FRAME_FROM_GUEST, "limit"},
};
/* clang-format on */

START_TEST(rejects)
{
    const struct bad_header *row = &bad_headers[_i];
    struct frame_header h = {FRAME_POLICY, 0, 12345};
    struct err err = {0};
    ck_assert_int_eq(frame_parse(row->bytes, row->from, &h, &err), -1);
    ck_assert_int_eq(err.code, ERR_PROTO);
    ck_assert_msg(strstr(err.msg, row->message) != NULL, "%s: %s", row->what,
                  err.msg);
    ck_assert_uint_eq(h.len, 12345);
}
END_TEST

START_TEST(byte_by_byte)
{
    struct buf whole = {0}, part = {0};
    struct frame_header h;
    const uint8_t *payload;
    ck_assert_int_eq(frame_add(&whole, FRAME_CODE, "print(1)", 8, NULL), 0);
    for (size_t i = 0; i < whole.len; i++) {
        ck_assert_int_eq(
            frame_next(&part, 0, FRAME_FROM_CLIENT, &h, &payload, NULL), 0);
        ck_assert_int_eq(buf_add(&part, whole.data + i, 1, NULL), 0);
    }
    ck_assert_int_eq(
        frame_next(&part, 0, FRAME_FROM_CLIENT, &h, &payload, NULL), 1);
    ck_assert_int_eq(h.type, FRAME_CODE);
    ck_assert_mem_eq(payload, "print(1)", 8);
    buf_clear(&whole);
    buf_clear(&part);
}
END_TEST

START_TEST(too_long_to_send)
{
    struct buf out = {0};
    struct err err = {0};
    char data[64] = {0};
    ck_assert_int_eq(frame_add(&out, FRAME_SEED, data, 9, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "seed of 9 bytes"));
    ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(field_longer_than_frame)
{
    const uint8_t bytes[] = {5, 0, 0, 0, 'a', 'b'};
    struct span rest = {bytes, sizeof bytes}, field = {NULL, 77};
    struct err err = {0};
    ck_assert_int_eq(span_take_field(&rest, &field, &err), -1);
    ck_assert_uint_eq(field.len, 77);
    ck_assert_uint_eq(rest.len, sizeof bytes);
}
END_TEST

static void
add(struct buf *b, enum frame_type type, const char *text)
{
    ck_assert_int_eq(frame_add(b, type, text, strlen(text), NULL), 0);
}

START_TEST(job_round_trip)
{
    struct buf b = {0}, file = {0}, seed = {0};
    struct job job;
    add(&b, FRAME_FILENAME, "a.py");
    add(&b, FRAME_ARG, "a.py");
    add(&b, FRAME_ARG, "");
    add(&b, FRAME_ENV, "K=V=W");
    ck_assert_int_eq(field_add(&file, "d.csv", 5, NULL), 0);
    ck_assert_int_eq(field_add(&file, "1,\0\n", 4, NULL), 0);
    ck_assert_int_eq(frame_add(&b, FRAME_FILE, file.data, file.len, NULL), 0);
    ck_assert_int_eq(u64_add(&seed, (uint64_t)-7, NULL), 0);
    ck_assert_int_eq(frame_add(&b, FRAME_SEED, seed.data, seed.len, NULL), 0);
    add(&b, FRAME_CODE, "pass");
    add(&b, FRAME_RUN, "");
    ck_assert_int_eq(job_parse(&b, &job, NULL), 0);
    ck_assert_uint_eq(job.nargs, 2);
    ck_assert_uint_eq(job.args[1].len, 0);
    ck_assert_mem_eq(job.env[0].data, "K=V=W", 5);
    ck_assert_mem_eq(job.files[0].content.data, "1,\0\n", 4);
    ck_assert_int_eq(job.seed, -7);
    ck_assert(!job.has_globals);
    job_clear(&job);
    buf_clear(&b);
    buf_clear(&file);
    buf_clear(&seed);
}
END_TEST

START_TEST(job_without_end)
{
    struct buf b = {0};
    struct job job;
    struct err err = {0};
    add(&b, FRAME_CODE, "pass");
    ck_assert_int_eq(job_parse(&b, &job, &err), -1);
    add(&b, FRAME_RUN, "");
    add(&b, FRAME_CODE, "pass");
    ck_assert_int_eq(job_parse(&b, &job, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "behind a job"));
    buf_clear(&b);
}
END_TEST

START_TEST(limits_round_trip)
{
    struct buf b = {0};
    const struct job_limits in = {1, 2, 3, 4, 5, 6, 7};
    struct job_limits out;
    ck_assert_int_eq(job_limits_add(&b, 7, &in, NULL), 0);
    struct span payload = {b.data + FRAME_HEADER, b.len - FRAME_HEADER};
    ck_assert_int_eq(job_limits_parse(payload, &out, NULL), 0);
    ck_assert_mem_eq(&in, &out, sizeof in);
    payload.len -= sizeof out.fuel; /* as clients say it that know of none */
    ck_assert_int_eq(job_limits_parse(payload, &out, NULL), 0);
    ck_assert_uint_eq(out.nice, in.nice);
    ck_assert_uint_eq(out.fuel, 0);
    payload.len--;
    ck_assert_int_eq(job_limits_parse(payload, &out, NULL), -1);
    buf_clear(&b);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("frame");
    TCase *t = tcase_create("frame");
    tcase_add_loop_test(t, rejects, 0,
                        sizeof bad_headers / sizeof *bad_headers);
    tcase_add_test(t, byte_by_byte);
    tcase_add_test(t, too_long_to_send);
    tcase_add_test(t, field_longer_than_frame);
    tcase_add_test(t, job_round_trip);
    tcase_add_test(t, job_without_end);
    tcase_add_test(t, limits_round_trip);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
