#include "host/cli/grade_batch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/cli/grade_report.h"
#include "host/cli/output.h"
#include "host/cli/say.h"
#include "host/fd.h"

enum {
    OUT_MAX = 1 << 30,
    PATH_CAP = 4096,
    TRIES = 3 /* of a submission whose guest was lost */
};

struct slot {
    bool used;
    int tries;
    struct grade_text student;
    struct grading grading;
};

struct batch {
    const struct grade_exam *exam;
    const struct grade_key *key;
    const char *folder;
    int out; /* owned */
    struct dirent **entries;
    int count, at;
    json_t *done; /* names that have a line */
    size_t graded, kept, failed;
    struct tally tally;
    time_t begun;
    bool tty;
};

static int
is_submission(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 3 && entry->d_name[0] != '.' &&
           strcmp(entry->d_name + n - 3, ".py") == 0;
}

/* The whole lines that are there; what is behind the last one is half a line
 * of a run that was killed. */
static int
read_lines(struct batch *b, const char *path, struct err *err)
{
    OWNED_STR text = NULL;
    size_t len, whole = 0;
    if (fd_read_all(b->out, OUT_MAX, &text, &len, err) != 0)
        return -1;
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL;
         line = end + 1) {
        json_t *result = json_loadb(line, (size_t)(end - line), 0, NULL);
        const char *name =
            json_string_value(json_object_get(result, "student"));
        if (name == NULL) {
            json_decref(result);
            return err_set(err, ERR_USAGE, 0,
                           "immure grade: --out \"%s\": line %zu is no result "
                           "of a batch: name another file",
                           path, b->kept + 1);
        }
        json_object_set_new(b->done, name, json_true());
        tally_add(&b->tally, result);
        b->kept++;
        json_decref(result);
        whole = (size_t)(end + 1 - text);
    }
    if (ftruncate(b->out, (off_t)whole) != 0 ||
        lseek(b->out, (off_t)whole, SEEK_SET) < 0)
        return err_set(err, ERR_SYSTEM, errno, "cut \"%s\"", path);
    return 0;
}

static int
batch_init(struct batch *b, const char *out, struct err *err)
{
    b->tty = isatty(STDERR_FILENO);
    b->begun = time(NULL);
    b->done = json_object();
    if (tally_init(&b->tally, err) != 0)
        return -1;
    b->count = scandir(b->folder, &b->entries, is_submission, alphasort);
    if (b->count < 0)
        return err_set(err, ERR_USAGE, errno,
                       "immure grade: --batch: read \"%s\"", b->folder);
    b->out = open(out, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (b->out < 0)
        return err_set(err, ERR_USAGE, errno,
                       "immure grade: --out: open "
                       "\"%s\"",
                       out);
    /* Two that write the same file would mark everything twice. */
    if (flock(b->out, LOCK_EX | LOCK_NB) != 0)
        return err_set(err, ERR_USAGE, errno,
                       "immure grade: --out \"%s\": another batch writes it",
                       out);
    return read_lines(b, out, err);
}

static void
batch_clear(struct batch *b)
{
    for (int i = 0; i < b->count; i++)
        free(b->entries[i]);
    free(b->entries);
    json_decref(b->done);
    tally_clear(&b->tally);
    cleanup_fd(&b->out);
}

/* The next that has no line yet, or NULL. */
static const char *
next_name(struct batch *b)
{
    while (b->at < b->count) {
        const char *name = b->entries[b->at++]->d_name;
        if (json_object_get(b->done, name) == NULL)
            return name;
    }
    return NULL;
}

/* "12 min", "40 s" */
static void
say_time(double seconds, char out[32])
{
    if (seconds >= 6000)
        snprintf(out, 32, "%.0f h", seconds / 3600);
    else if (seconds >= 100)
        snprintf(out, 32, "%.0f min", seconds / 60);
    else
        snprintf(out, 32, "%.0f s", seconds);
}

static void
show_progress(const struct batch *b)
{
    enum { WIDTH = 30 };
    char bar[WIDTH + 1], left[32] = "";
    size_t all = b->count > 0 ? (size_t)b->count : 1;
    size_t done = b->graded + b->kept + b->failed;
    size_t full = WIDTH * done / all;
    double took = difftime(time(NULL), b->begun);
    if (!b->tty)
        return;
    memset(bar, '.', WIDTH);
    memset(bar, '#', full > WIDTH ? WIDTH : full);
    bar[WIDTH] = '\0';
    if (b->graded > 0 && done < all)
        say_time(took * (double)(all - done) / (double)b->graded, left);
    fprintf(stderr, "\r%s %zu/%d %3zu %%%s%s\033[K", bar, done, b->count,
            100 * done / all, left[0] ? ", left: " : "", left);
}

/* A line above the bar. */
static void
show_line(const struct batch *b, const char *text)
{
    if (b->tty)
        fputs("\r\033[K", stderr);
    say("%s", text);
    show_progress(b);
}

static int
begin(struct batch *b, struct slot *slot, struct err *err)
{
    struct immure_err why;
    slot->used = true;
    slot->tries++;
    if (grading_start(&slot->grading, b->exam, &slot->student, &why) != 0)
        return err_set(err, (enum err_code)why.code, 0, "%s", why.msg);
    return 0;
}

/* A file that can't be read is told, and costs nobody else anything: it has no
 * line, and so its turn in the next run. */
static int
fill(struct batch *b, struct slot *slot, const char *name, struct err *err)
{
    char path[PATH_CAP];
    struct err why = {0};
    if (snprintf(path, sizeof path, "%s/%s", b->folder, name) >= PATH_CAP)
        err_set(&why, ERR_USAGE, ENAMETOOLONG, "\"%s\"", name);
    else if (grade_read(path, &slot->student, &why) == 0) {
        slot->student.name = name;
        return begin(b, slot, err);
    }
    show_line(b, why.msg);
    b->failed++;
    return 0;
}

static int
write_line(struct batch *b, const json_t *result, struct err *err)
{
    OWNED_STR text = json_dumps(result, JSON_COMPACT | GRADING_NUMBERS);
    size_t len = text ? strlen(text) : 0;
    if (text == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    text[len] = '\n'; /* in the place of the NUL: one write(2) a line */
    ssize_t n = write(b->out, text, len + 1);
    if (n != (ssize_t)len + 1)
        return err_set(err, ERR_SYSTEM, n < 0 ? errno : ENOSPC,
                       "write a result");
    return 0;
}

static void
slot_clear(struct slot *slot)
{
    grading_clear(&slot->grading);
    free(slot->student.data);
    *slot = (struct slot){0};
}

/* A submission is over: its line, or another try. */
static int
empty(struct batch *b, struct slot *slot, struct err *err)
{
    json_t *result = NULL;
    struct err why = {0};
    int done = grading_result(&slot->grading, &result, &why);
    grading_clear(&slot->grading);
    if (done != 0 && why.code == ERR_SYSTEM && slot->tries < TRIES)
        return begin(b, slot, err);
    if (done != 0 && why.code == ERR_SYSTEM) {
        show_line(b, why.msg);
        b->failed++;
        slot_clear(slot);
        return 0;
    }
    if (done != 0)
        *err = why;
    else
        done = grade_sign(result, b->key, err);
    if (done == 0)
        done = write_line(b, result, err);
    if (done == 0) {
        tally_add(&b->tally, result);
        b->graded++;
        show_progress(b);
    }
    json_decref(result);
    slot_clear(slot);
    return done;
}

/* 1 while there is something to wait for, at most *out_ms (-1: for ever). */
static int
turn(struct batch *b, struct slot *slots, unsigned jobs, int *out_ms,
     struct err *err)
{
    int busy = 0;
    *out_ms = -1;
    for (unsigned i = 0; i < jobs; i++) {
        struct slot *slot = &slots[i];
        if (slot->used && grading_turn(&slot->grading) &&
            empty(b, slot, err) != 0)
            return -1;
        const char *name;
        while (!slot->used && (name = next_name(b)) != NULL)
            if (fill(b, slot, name, err) != 0)
                return -1;
        busy |= slot->used;
        int ms = slot->used ? grading_patience(&slot->grading) : -1;
        if (ms >= 0 && (*out_ms < 0 || ms < *out_ms))
            *out_ms = ms;
    }
    return busy;
}

static int
run(struct batch *b, struct slot *slots, unsigned jobs, struct err *err)
{
    struct immure_err why;
    int busy, ms;
    show_progress(b);
    while ((busy = turn(b, slots, jobs, &ms, err)) > 0)
        if (immure_dispatch(b->exam->im, ms, &why) != 0)
            return err_set(err, (enum err_code)why.code, 0, "%s", why.msg);
    if (b->tty)
        fputc('\n', stderr);
    return busy;
}

static int
finish(const struct batch *b, const struct grade_options *o, struct err *err)
{
    const struct tally *t = &b->tally;
    output_print("%zu graded, %zu kept of before; %g of %g points\n",
                 b->graded, b->kept, t->score, t->max);
    tally_print(t);
    if (b->failed > 0)
        say("%zu could not be marked: the same command tries them again",
            b->failed);
    return o->report ? grade_report(t, b->exam->tests.name, o->report, err)
                     : 0;
}

int
grade_batch(const struct grade_exam *exam, const struct grade_key *key,
            const struct grade_options *o, size_t *out_failed, struct err *err)
{
    struct batch b = {
        .exam = exam, .key = key, .folder = o->folder, .out = -1};
    struct slot *slots = calloc(o->jobs, sizeof *slots);
    int done = slots ? batch_init(&b, o->out, err)
                     : err_set(err, ERR_MEMORY, 0, "out of memory");
    if (done == 0)
        done = run(&b, slots, o->jobs, err);
    for (unsigned i = 0; slots != NULL && i < o->jobs; i++)
        if (slots[i].used)
            slot_clear(&slots[i]);
    free(slots);
    if (done == 0)
        done = finish(&b, o, err);
    *out_failed = b.failed;
    batch_clear(&b);
    return done;
}
