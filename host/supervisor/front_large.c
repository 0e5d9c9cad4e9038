#include "host/supervisor/front_large.h"

enum { JOB_BYTES_MAX = 1280 << 20 /* frames of one job */ };

int
front_check_frame(const struct request *r, enum frame_type type, size_t len,
                  struct err *err)
{
    if (r->state != REQUEST_FILLING)
        return err_set(err, ERR_PROTO, 0, "a %s frame behind the job",
                       frame_name(type));
    if (r->frames.len + len > JOB_BYTES_MAX)
        return err_set(err, ERR_PROTO, 0, "a job over %d bytes",
                       JOB_BYTES_MAX);
    return 0;
}

/* Twice as much each time, but never more than the frame will need: a length
 * is not believed before the bytes are there. */
static int
make_room(struct request *r, size_t len, struct err *err)
{
    size_t whole = r->frames.len + r->large;
    size_t cap = 2 * r->frames.cap;
    if (len <= r->frames.cap - r->frames.len)
        return 0;
    if (cap < r->frames.len + len)
        cap = r->frames.len + len;
    return buf_grow(&r->frames, cap < whole ? cap : whole, err);
}

int
front_take_piece(void *arg, const struct frame_header *header,
                 struct span piece, struct err *err)
{
    struct front *front = arg;
    struct request *r = front->requests[header->id];
    if (front->over || r == NULL)
        return 0;
    if (piece.len == 0) {
        /* The guest is told no id. */
        uint8_t first[FRAME_HEADER];
        frame_write_header(
            first, &(struct frame_header){header->type, 0, header->len});
        if (front_check_frame(r, header->type, header->len, err) != 0 ||
            buf_add(&r->frames, first, sizeof first, err) != 0)
            return -1;
        r->large = header->len;
        return 0;
    }
    if (r->large < piece.len)
        return 0; /* it was not this job that the frame began for */
    if (make_room(r, piece.len, err) != 0 ||
        buf_add(&r->frames, piece.data, piece.len, err) != 0)
        return -1;
    r->large -= piece.len;
    return 0;
}
