/* Run one program and print its result:
 *
 *     cc one_job.c $(pkg-config --cflags --libs immure) -o one_job
 *     ./one_job 'print(6 * 7)'
 */
#include <immure.h>
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
    const char *code = argc > 1 ? argv[1] : "print(6 * 7)";
    const struct immure_job job = {.code = {code, strlen(code)}};
    struct immure_result result;
    struct immure_err err;
    if (immure_run(NULL, "pure", &job, NULL, &result, &err) != 0) {
        fprintf(stderr, "no guest ran: %s\n", err.msg);
        return 1;
    }
    printf("verdict %s\n%s\n", immure_verdict_name(result.verdict),
           result.json);
    immure_result_clear(&result);
    return 0;
}
