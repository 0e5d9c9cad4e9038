# attack: make code and constants writable, or replace their pages, with the
#   calls that malloc is allowed: mprotect, mmap at a fixed place, munmap,
#   mremap (--only=wall)
# expect: EPERM each time, where the kernel has mseal(2) (6.10)
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for name in ("mmap", "mremap"):
    getattr(libc, name).restype = ctypes.c_void_p
PAGE, RW, FIXED = 4096, 3, 0x32
FAILED = 2 ** 64 - 1


def page_of(address):
    return ctypes.c_void_p(address & -PAGE)


def address_of(function):
    return ctypes.cast(function, ctypes.c_void_p).value


targets = {
    "code of libc": address_of(libc.qsort),
    "code of libpython": address_of(ctypes.pythonapi.PyLong_FromLong),
    "constants of libpython": ctypes.addressof(
        ctypes.c_char.in_dll(ctypes.pythonapi, "Py_Version")),
}
for name, address in targets.items():
    page = page_of(address)
    calls = {
        "mprotect": lambda: libc.mprotect(page, ctypes.c_size_t(PAGE), RW),
        "mmap": lambda: libc.mmap(page, ctypes.c_size_t(PAGE), RW, FIXED, -1,
                                  ctypes.c_long(0)),
        "munmap": lambda: libc.munmap(page, ctypes.c_size_t(PAGE)),
        "mremap": lambda: libc.mremap(page, ctypes.c_size_t(PAGE),
                                      ctypes.c_size_t(2 * PAGE), 1),
    }
    for call, attempt in calls.items():
        ctypes.set_errno(0)
        result = attempt()
        print(name, call, "refused" if result in (-1, FAILED)
              else "DONE", ctypes.get_errno(), flush=True)
