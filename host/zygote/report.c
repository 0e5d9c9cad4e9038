#include "host/zygote/report.h"

#include <stdio.h>
#include <string.h>

#include "host/fd.h"

static void
send(struct report *report, enum frame_type type, const void *data, size_t len)
{
    struct err err;
    OWNED_BUFFER out = {0};
    if (report->fd < 0)
        return;
    if (frame_add(&out, type, data, len, &err) == 0)
        (void)fd_write_all(report->fd, out.data, out.len, &err);
}

void
report_bytes(struct report *report, enum frame_type type, const void *data,
             size_t len)
{
    send(report, type, data, len);
}

/* From where the content is: it may be most of a guest's memory. */
void
report_file(struct report *report, const struct report_file *file)
{
    OWNED_BUFFER start = {0};
    uint8_t header[FRAME_HEADER], whole = file->whole;
    size_t follows = file->whole ? file->content.len : 0;
    if (report->fd < 0 || u64_add(&start, file->content.len, NULL) != 0 ||
        buf_add(&start, &whole, 1, NULL) != 0 ||
        field_add(&start, file->path.data, file->path.len, NULL) != 0)
        return;
    const struct frame_header head = {.type = FRAME_CHANGED,
                                      .len = (uint32_t)(start.len + follows)};
    frame_write_header(header, &head);
    (void)fd_write_all(report->fd, header, sizeof header, NULL);
    (void)fd_write_all(report->fd, start.data, start.len, NULL);
    (void)fd_write_all(report->fd, file->content.data, follows, NULL);
}

void
report_sealed(struct report *report)
{
    send(report, FRAME_SEALED, NULL, 0);
}

void
report_broken(int fd, const struct err *cause)
{
    uint8_t payload[1 + sizeof cause->msg] = {(uint8_t)cause->code};
    size_t len = strnlen(cause->msg, sizeof cause->msg);
    memcpy(payload + 1, cause->msg, len);
    struct report report = {.fd = fd};
    send(&report, FRAME_BROKEN, payload, 1 + len);
}

void
report_fields(struct report *report, enum frame_type type,
              const struct span *fields, size_t nfields)
{
    OWNED_BUFFER payload = {0};
    for (size_t i = 0; i < nfields; i++)
        if (field_add(&payload, fields[i].data, fields[i].len, NULL) != 0)
            return;
    send(report, type, payload.data, payload.len);
}

static void
send_line_fields(struct report *report, enum frame_type type, uint32_t line,
                 const struct span *fields, size_t nfields)
{
    OWNED_BUFFER payload = {0};
    if (u32_add(&payload, line, NULL) != 0)
        return;
    for (size_t i = 0; i < nfields; i++)
        if (field_add(&payload, fields[i].data, fields[i].len, NULL) != 0)
            return;
    send(report, type, payload.data, payload.len);
}

void
report_trace(struct report *report, uint32_t line, const struct span fields[3])
{
    send_line_fields(report, FRAME_TRACE, line, fields, 3);
}

static void
send_count(struct report *report, size_t index)
{
    OWNED_BUFFER payload = {0};
    if (u32_add(&payload, (uint32_t)index, NULL) == 0 &&
        u32_add(&payload, report->denials[index].count, NULL) == 0)
        send(report, FRAME_DENIAL_COUNT, payload.data, payload.len);
}

void
report_denial(struct report *report, uint32_t line, const char *const text[4])
{
    const char *rule = text[2];
    for (size_t i = 0; i < report->ndenials; i++) {
        struct report_denial *seen = &report->denials[i];
        if (seen->line == line &&
            strncmp(seen->rule, rule, sizeof seen->rule - 1) == 0) {
            seen->count++;
            return;
        }
    }
    if (report->ndenials == REPORT_DENIALS)
        return;
    struct report_denial *fresh = &report->denials[report->ndenials++];
    fresh->line = line;
    fresh->count = 1;
    snprintf(fresh->rule, sizeof fresh->rule, "%s", rule);
    struct span fields[4];
    for (int i = 0; i < 4; i++)
        fields[i] = (struct span){(const uint8_t *)text[i],
                                  strnlen(text[i], REPORT_TEXT)};
    send_line_fields(report, FRAME_DENIAL, line, fields, 4);
}

void
report_end(struct report *report, enum frame_end end, bool last,
           uint8_t status)
{
    for (size_t i = 0; i < report->ndenials; i++)
        if (report->denials[i].count > 1)
            send_count(report, i);
    uint8_t kind = (uint8_t)(end | (last ? END_LAST : 0));
    uint8_t payload[2] = {kind, status};
    send(report, FRAME_END, payload, sizeof payload);
}

void
report_next_step(struct report *report)
{
    report->ndenials = 0;
}
