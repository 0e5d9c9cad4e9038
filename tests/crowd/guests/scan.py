# Look for a needle in every page of its own that it can read, by native code:
# the wall alone is against it.  HEAD and TAIL are its halves, each turned over
# by a key of its own, so that neither this text nor a copy of it turned over
# is the needle.  Pages are found by asking for them: MAP_FIXED_NOREPLACE says
# EEXIST where something is.
import ctypes

HEAD, TAIL = bytes.fromhex("@HEAD@"), bytes.fromhex("@TAIL@")
PLANTED = "@PLANTED@"
PAGE, TOP = 4096, (1 << 47) - 4096
KEYS = (0x5a, 0xa7)
TURN = [bytes(b ^ key for b in range(256)) for key in KEYS]

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = libc.syscall.restype = ctypes.c_long
libc.mmap.argtypes = [ctypes.c_ulong, ctypes.c_ulong, ctypes.c_int,
                      ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_ulong, ctypes.c_ulong]
libc.syscall.argtypes = [ctypes.c_long] * 7
NOREPLACE = 0x02 | 0x20 | 0x4000 | 0x100000
FUTEX, WAIT_PRIVATE, EEXIST, EFAULT = 202, 128, 17, 14
at_once = (ctypes.c_long * 2)()


def used(start, length):
    if start + length > TOP:
        return length > PAGE  # nobody may ask for that, not even to be told
    if libc.mmap(start, length, 0, NOREPLACE, -1, 0) >= 0:
        libc.munmap(start, length)
        return False
    return ctypes.get_errno() == EEXIST


def pages(start, length):
    """Every mapped page of a range whose length is a power of two."""
    todo = [(start, length)]
    while todo:
        start, length = todo.pop()
        if not used(start, length):
            continue
        if length == PAGE:
            yield start
            continue
        half = length // 2
        todo += [(start + half, half), (start, half)]


def readable(page):
    back = libc.syscall(FUTEX, page, WAIT_PRIVATE, 0x3e3a1b07,
                        ctypes.addressof(at_once), 0, 0)
    return back >= 0 or ctypes.get_errno() != EFAULT


def spans():
    """Runs of readable pages, at most 256 long, with a page of overlap."""
    first = last = None
    found = [p for i in range(47) for p in pages(1 << i, 1 << i)
             if i >= 16 and readable(p)]
    for page in found:
        if last is None or page != last + PAGE or page - first >= 256 * PAGE:
            if first is not None:
                yield first, last + PAGE - first
            first = page if last is None or page != last + PAGE else last
        last = page
    yield first, last + PAGE - first


copied = ctypes.create_string_buffer(257 * PAGE)


def copy(start, length):
    """The bytes of a run; of pages that are gone since it was found, zeros."""
    for at in range(0, length, PAGE):
        if readable(start + at):
            ctypes.memmove(ctypes.addressof(copied) + at, start + at, PAGE)
        else:
            ctypes.memset(ctypes.addressof(copied) + at, 0, PAGE)
    return ctypes.string_at(copied, length)


def find(start, length):
    data = copy(start, length)
    turned = data.translate(TURN[0])
    at = turned.find(HEAD)
    while at >= 0:
        end = at + len(HEAD)
        if data[end:end + len(TAIL)].translate(TURN[1]) == TAIL:
            return start + at
        at = turned.find(HEAD, at + 1)
    return None


hold = bytes.fromhex(PLANTED)[::-1]
seen = 0
where = []
for start, length in list(spans()):
    seen += length
    at = find(start, length)
    if at is not None:
        where.append(hex(at))
print(seen >> 20, *where)
