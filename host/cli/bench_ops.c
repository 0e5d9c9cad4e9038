#include "host/cli/bench_ops.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/cli/tool.h"
#include "host/fd.h"

extern char **environ;

enum { ZYGOTE_BYTES = 36 << 20 }; /* resident, of the policy pure */

/* --- servers --- */

static int
start_server(struct server *server, const char *const *argv,
             void (*serve)(int from, int to), struct err *err)
{
    int to[2], from[2];
    if (fd_pipe(to, err) != 0 || fd_pipe(from, err) != 0)
        return -1;
    server->pid = fork();
    if (server->pid < 0)
        return err_set(err, ERR_SYSTEM, errno, "fork a server");
    if (server->pid == 0) {
        if (argv == NULL) {
            close(to[1]);
            serve(to[0], from[1]);
        } else if (dup2(to[0], 0) >= 0 && dup2(from[1], 1) >= 0) {
            execv(argv[0], (char *const *)(uintptr_t)argv);
        }
        _exit(125);
    }
    close(to[0]);
    close(from[1]);
    server->to = to[1];
    server->from = from[0];
    return 0;
}

static void
end_server(struct server *server)
{
    if (server->pid <= 0)
        return;
    close(server->to);
    close(server->from);
    kill(server->pid, SIGKILL);
    while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    *server = (struct server){0};
}

static void
fork_for_each_byte(int from, int to)
{
    char byte;
    while (read(from, &byte, 1) == 1) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        if (pid < 0 || waitpid(pid, NULL, 0) != pid ||
            write(to, &byte, 1) != 1)
            return;
    }
}

static void
fork_big(int from, int to)
{
    char *p = mmap(NULL, ZYGOTE_BYTES, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return;
    for (size_t at = 0; at < ZYGOTE_BYTES; at += 4096)
        p[at] = 1;
    fork_for_each_byte(from, to);
}

static int
ping(const struct server *server)
{
    char byte = 1;
    return write(server->to, &byte, 1) == 1 &&
                   read(server->from, &byte, 1) == 1
               ? 0
               : -1;
}

int
server_ask(const struct server *server, unsigned id, const char *code)
{
    uint32_t head[2] = {id, (uint32_t)strlen(code)};
    if (fd_write_all(server->to, head, sizeof head, NULL) != 0)
        return -1;
    return fd_write_all(server->to, code, head[1], NULL);
}

int
server_answer(const struct server *server, char *text, size_t cap)
{
    uint32_t head[2];
    if (fd_read_full(server->from, head, sizeof head, NULL) != 0 ||
        head[1] >= cap || fd_read_full(server->from, text, head[1], NULL) != 0)
        return -1;
    text[head[1]] = '\0';
    return 0;
}

/* --- one of each --- */

/* Run a program to its end, with its output thrown away. */
static int
run_program(const char *const *argv)
{
    pid_t pid;
    int status;
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return -1;
    int failed = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null",
                                                  O_WRONLY, 0);
    if (failed == 0)
        failed = posix_spawn(&pid, argv[0], &actions, NULL,
                             (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        return -1;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int
tiny_exec(struct ops *ops, enum workload w)
{
    const char *const argv[] = {"/bin/true", NULL};
    (void)ops;
    (void)w;
    return run_program(argv);
}

static int
tiny_fork(struct ops *ops, enum workload w)
{
    (void)w;
    return ping(&ops->small);
}

static int
big_fork(struct ops *ops, enum workload w)
{
    (void)w;
    return ping(&ops->big);
}

static int
python_pass(struct ops *ops, enum workload w)
{
    const char *const argv[] = {ops->python, "-I", "-S", "-c", "pass", NULL};
    (void)w;
    return run_program(argv);
}

static int
python(struct ops *ops, enum workload w)
{
    const char *const argv[] = {ops->python, "-I", "-c",
                                bench_programs[w].code, NULL};
    return run_program(argv);
}

static int
fork_server(struct ops *ops, enum workload w)
{
    char text[256];
    if (server_ask(&ops->fork_server, 1, bench_programs[w].code) != 0)
        return -1;
    return server_answer(&ops->fork_server, text, sizeof text);
}

static int
one_shot(struct ops *ops, enum workload w)
{
    const char *const argv[] = {ops->self, "run", "-c", bench_programs[w].code,
                                NULL};
    return run_program(argv);
}

static int
bwrap(struct ops *ops, enum workload w)
{
    const char *const argv[] = {"/usr/bin/bwrap",
                                "--unshare-all",
                                "--ro-bind",
                                "/usr",
                                "/usr",
                                "--symlink",
                                "usr/lib",
                                "/lib",
                                "--symlink",
                                "usr/lib64",
                                "/lib64",
                                "--proc",
                                "/proc",
                                "--dev",
                                "/dev",
                                ops->python,
                                "-I",
                                "-c",
                                bench_programs[w].code,
                                NULL};
    return run_program(argv);
}

static int
firejail(struct ops *ops, enum workload w)
{
    const char *const argv[] = {"/usr/bin/firejail",
                                "--quiet",
                                "--noprofile",
                                "--net=none",
                                "--private",
                                "--seccomp",
                                ops->python,
                                "-I",
                                "-c",
                                bench_programs[w].code,
                                NULL};
    return run_program(argv);
}

static int
nsjail(struct ops *ops, enum workload w)
{
    const char *const argv[] = {"/usr/bin/nsjail",
                                "-Mo",
                                "-q",
                                "--chroot",
                                "/",
                                "--",
                                ops->python,
                                "-I",
                                "-c",
                                bench_programs[w].code,
                                NULL};
    return run_program(argv);
}

static int
isolate(struct ops *ops, enum workload w)
{
    const char *const argv[] = {"/usr/bin/isolate",
                                "--silent",
                                "--run",
                                "--",
                                ops->python,
                                "-I",
                                "-c",
                                bench_programs[w].code,
                                NULL};
    return run_program(argv);
}

static int
finish(struct immure_call *call)
{
    struct immure_result r;
    if (immure_wait(call, &r, NULL) != 0)
        return -1;
    bool good = r.verdict == IMMURE_OK;
    immure_result_clear(&r);
    return good ? 0 : -1;
}

static int
job_of(struct ops *ops, unsigned policy, enum workload w)
{
    const struct immure_job job = ops_job(w);
    struct immure_call *call;
    if (immure_submit(ops->im, policy, &job, NULL, &call, NULL) != 0)
        return -1;
    int done = finish(call);
    immure_free(call);
    return done;
}

static int
forked(struct ops *ops, enum workload w)
{
    return job_of(ops, ops->forked, w);
}

static int
pooled(struct ops *ops, enum workload w)
{
    return job_of(ops, ops->pooled, w);
}

static int
step(struct ops *ops, enum workload w)
{
    const struct immure_job job = ops_job(w);
    if (immure_step(ops->session, &job, NULL) != 0)
        return -1;
    return finish(ops->session);
}

/* clang-format off */
const struct op bench_ops[] = {
    {"fork+exit+wait, tiny C program",      HELLO,   tiny_fork,   false, false, 0},
    {"fork+exec+wait, /bin/true",           HELLO,   tiny_exec,   false, false, 0},
    {"fork+exit+wait, a zygote's memory",   HELLO,   big_fork,    false, false, 0},
    {"python3 -I -S -c pass",               HELLO,   python_pass, true,  false, 0},
    {"python3 -I, hello",                   HELLO,   python,      false, false, 0},
    {"python3 -I, grader",                  GRADER,  python,      false, false, 0},
    {"python3 -I, imports",                 IMPORTS, python,      false, true, 0},
    {"os.fork server, no jail, hello",      HELLO,   fork_server, false, false, 0},
    {"os.fork server, no jail, grader",     GRADER,  fork_server, false, false, 0},
    {"os.fork server, no jail, imports",    IMPORTS, fork_server, false, false, 0},
    {"bwrap, hello",                        HELLO,   bwrap,       false, true, 0},
    {"firejail, hello",                     HELLO,   firejail,    false, true, 0},
    {"nsjail, hello",                       HELLO,   nsjail,      false, true, 0},
    {"isolate, hello",                      HELLO,   isolate,     false, true, 0},
    {"immure one-shot, hello",              HELLO,   one_shot,    false, true, 0},
    {"immure fork, hello",                  HELLO,   forked,      false, false, 0},
    {"immure fork, grader",                 GRADER,  forked,      false, false, 0},
    {"immure fork, imports",                IMPORTS, forked,      false, false, 0},
    {"immure pool, hello",                  HELLO,   pooled,      false, false, 0},
    {"immure pool, grader",                 GRADER,  pooled,      false, false, 0},
    {"immure pool, imports",                IMPORTS, pooled,      false, false, 0},
    {"immure session step, after a rest",   HELLO,   step,        false, false, 0},
    {"immure session step, hello",          HELLO,   step,        false, false, 19},
    {NULL, HELLO, NULL, false, false, 0},
};
/* clang-format on */

/* --- set-up --- */

struct immure_job
ops_job(enum workload w)
{
    const char *code = bench_programs[w].code;
    return (struct immure_job){.code = {code, strlen(code)}};
}

int
ops_policy(struct immure *im, unsigned min_idle, unsigned max_idle,
           unsigned *out, struct immure_err *err)
{
    char json[512];
    const struct immure_limits *l = &immure_default_limits;
    snprintf(json, sizeof json,
             "{\"limits\": {\"cpu_ms\": %llu, \"wall_ms\": %llu, "
             "\"memory\": %llu, \"output\": %llu, \"files\": %llu}, "
             "\"pool\": {\"min_idle\": %u, \"max_idle\": %u, "
             "\"queue\": 100}}",
             (unsigned long long)l->cpu_ms, (unsigned long long)l->wall_ms,
             (unsigned long long)l->memory, (unsigned long long)l->output,
             (unsigned long long)l->files, min_idle, max_idle);
    return immure_policy_open(im, json, out, err);
}

static int
hand_over(const struct immure_err *from, struct err *err)
{
    return err_set(err, (enum err_code)from->code, 0, "%s", from->msg);
}

static int
open_guests(struct ops *ops, struct err *err)
{
    const struct immure_config config = {.guests = 1200};
    struct immure_err failed;
    if (immure_open(&config, &ops->im, &failed) != 0 ||
        ops_policy(ops->im, 2, 8, &ops->pooled, &failed) != 0 ||
        ops_policy(ops->im, 0, 0, &ops->forked, &failed) != 0 ||
        immure_session(ops->im, ops->pooled, NULL, &ops->session, &failed) !=
            0)
        return hand_over(&failed, err);
    if (pooled(ops, HELLO) != 0 || forked(ops, HELLO) != 0 ||
        step(ops, HELLO) != 0)
        return err_set(err, ERR_GONE, 0, "bench: no guest runs");
    return 0;
}

int
ops_init(struct ops *ops, struct err *err)
{
    *ops = (struct ops){.python = "/usr/bin/python3"};
    const char *const argv[] = {ops->python, "-I", "-c", bench_fork_server,
                                NULL};
    ssize_t n = readlink("/proc/self/exe", ops->self, sizeof ops->self - 1);
    if (n < 0)
        return err_set(err, ERR_SYSTEM, errno, "find this program");
    ops->self[n] = '\0';
    if (start_server(&ops->small, NULL, fork_for_each_byte, err) != 0 ||
        start_server(&ops->big, NULL, fork_big, err) != 0 ||
        start_server(&ops->fork_server, argv, NULL, err) != 0)
        return -1;
    return open_guests(ops, err);
}

void
ops_clear(struct ops *ops)
{
    immure_free(ops->session);
    immure_close(ops->im);
    end_server(&ops->small);
    end_server(&ops->big);
    end_server(&ops->fork_server);
}
