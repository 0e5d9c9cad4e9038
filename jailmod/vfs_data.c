/* What files hold: malloc'd while small, mappings that grow in place or move
 * by page tables when large. */
#include "jailmod/vfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAPPED_MIN = 128 << 10,
    STEP = 64 << 10, /* mappings are whole steps */
    LARGE_MIN = 16 << 20,
    LARGE_STEP = 2 << 20, /* huge pages */
};

static bool
is_mapped(const struct vfs_data *data)
{
    return data->room >= MAPPED_MIN;
}

void
vfs_data_lend(struct vfs_data *data, const void *bytes, size_t size)
{
    /* Never written through: see own(). */
    *data = (struct vfs_data){.bytes = (unsigned char *)(uintptr_t)bytes,
                              .size = size,
                              .lent = true};
}

static void
drop_memory(struct vfs *fs, struct vfs_data *data)
{
    if (data->lent)
        return;
    if (is_mapped(data))
        vfs_pages_free(&fs->region, data->bytes, data->room);
    else
        free(data->bytes);
}

void
vfs_data_free(struct vfs *fs, struct vfs_data *data)
{
    if (!data->lent)
        fs->bytes -= data->size;
    drop_memory(fs, data);
    *data = (struct vfs_data){.version = data->version + 1};
}

/* A sixteenth more than is needed keeps both the moves and the waste small:
 * the memory of a guest is counted by what is mapped. */
static size_t
room_for(size_t size)
{
    size_t room = size + size / 16;
    size_t step = room < MAPPED_MIN  ? 64
                  : room < LARGE_MIN ? STEP
                                     : LARGE_STEP;

    return (room + step - 1) / step * step;
}

static int
move_to_mapping(struct vfs *fs, struct vfs_data *data, size_t room)
{
    unsigned char *bytes = vfs_pages_new(&fs->region, room);

    if (bytes == NULL)
        return -ENOMEM;
    if (data->size > 0)
        memcpy(bytes, data->bytes, data->size);
    free(data->bytes);
    data->bytes = bytes;
    data->dirty = data->size;
    data->room = room;
    return 0;
}

static int
set_room(struct vfs *fs, struct vfs_data *data, size_t room)
{
    if (room >= MAPPED_MIN && !is_mapped(data))
        return move_to_mapping(fs, data, room);
    if (room >= MAPPED_MIN) {
        void *moved =
            vfs_pages_resize(&fs->region, data->bytes, data->room, room);
        if (moved == NULL)
            return -ENOMEM;
        data->bytes = moved;
    } else {
        unsigned char *bytes =
            realloc(is_mapped(data) ? NULL : data->bytes, room > 0 ? room : 1);
        if (bytes == NULL)
            return -ENOMEM;
        if (is_mapped(data)) {
            memcpy(bytes, data->bytes, data->size < room ? data->size : room);
            vfs_pages_free(&fs->region, data->bytes, data->room);
        }
        data->bytes = bytes;
        data->dirty = room;
    }
    data->room = room;
    if (data->dirty > room)
        data->dirty = room;
    return 0;
}

static int
reserve(struct vfs *fs, struct vfs_data *data, size_t size)
{
    if (size <= data->room)
        return 0;
    int status = set_room(fs, data, room_for(size));
    /* Near its end of memory a file may still fit exactly. */
    if (status < 0 && room_for(size) > size + STEP)
        status = set_room(fs, data, (size + STEP - 1) / STEP * STEP);
    return status;
}

/* What was lent is copied before it changes, up to the bytes that stay. */
static int
own(struct vfs *fs, struct vfs_data *data, size_t keep)
{
    if (!data->lent)
        return 0;
    if (keep > data->size)
        keep = data->size;
    if (keep > fs->limits.bytes - fs->bytes)
        return -ENOSPC;
    struct vfs_data copy = {.version = data->version};
    int status = reserve(fs, &copy, keep);
    if (status < 0)
        return status;
    if (keep > 0)
        memcpy(copy.bytes, data->bytes, keep);
    copy.size = keep;
    if (is_mapped(&copy))
        copy.dirty = keep;
    fs->bytes += keep;
    *data = copy;
    return 0;
}

ssize_t
vfs_data_read(const struct vfs_data *data, int64_t at, void *out, size_t size)
{
    if (at < 0)
        return -EINVAL;
    if ((uint64_t)at >= data->size)
        return 0;
    if (size > data->size - (size_t)at)
        size = data->size - (size_t)at;
    memcpy(out, data->bytes + at, size);
    return (ssize_t)size;
}

/* Make the file that long, zeros in what is new.  It fits. */
static int
extend(struct vfs *fs, struct vfs_data *data, size_t size, size_t written)
{
    int status = reserve(fs, data, size);

    if (status < 0)
        return status;
    size_t zeros = size - written;
    if (zeros > data->size) {
        size_t end = zeros < data->dirty ? zeros : data->dirty;
        if (end > data->size)
            memset(data->bytes + data->size, 0, end - data->size);
    }
    fs->bytes += size - data->size;
    data->size = size;
    return 0;
}

ssize_t
vfs_data_write(struct vfs *fs, struct vfs_data *data, int64_t at,
               const void *bytes, size_t size)
{
    if (at < 0)
        return -EINVAL;
    if (size == 0)
        return 0;
    if ((uint64_t)at > fs->limits.bytes)
        return -EFBIG;
    int status = own(fs, data, data->size);
    if (status < 0)
        return status;
    uint64_t left = fs->limits.bytes - fs->bytes; /* how far it may grow */
    uint64_t end = data->size + left;
    if (end <= (uint64_t)at)
        return -ENOSPC;
    if (size > end - (uint64_t)at)
        size = (size_t)(end - (uint64_t)at);
    if ((uint64_t)at + size > data->size) {
        status = extend(fs, data, (size_t)at + size, size);
        if (status < 0)
            return status;
    }
    memcpy(data->bytes + at, bytes, size);
    if (is_mapped(data) && (size_t)at + size > data->dirty)
        data->dirty = (size_t)at + size;
    data->version++;
    return (ssize_t)size;
}

static void
shrink(struct vfs *fs, struct vfs_data *data, size_t size)
{
    fs->bytes -= data->size - size;
    data->size = size;
    if (size == 0) {
        drop_memory(fs, data);
        data->bytes = NULL;
        data->room = data->dirty = 0;
    } else if (room_for(size) < data->room / 2) {
        (void)set_room(fs, data, room_for(size)); /* or keep what there is */
    }
}

int
vfs_data_truncate(struct vfs *fs, struct vfs_data *data, int64_t size)
{
    if (size < 0)
        return -EINVAL;
    if ((uint64_t)size > fs->limits.bytes && (uint64_t)size > data->size)
        return -EFBIG;
    int status = own(fs, data, (size_t)size);
    if (status < 0)
        return status;
    data->version++;
    if ((size_t)size <= data->size) {
        shrink(fs, data, (size_t)size);
        return 0;
    }
    if ((uint64_t)size - data->size > fs->limits.bytes - fs->bytes)
        return -ENOSPC;
    return extend(fs, data, (size_t)size, 0);
}
