"""What bench/files.py times, in a guest and in plain Python: prints the
seconds of each as JSON."""
import json
import os
import time

MIB = 1 << 20


def best(call, times):
    shortest = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        call()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


def open_and_read():
    for _ in range(1000):
        with open("small", "rb") as f:
            f.read()


def open_and_read_text():
    for _ in range(1000):
        with open("small") as f:
            f.read()


def write_large():
    piece = bytes(MIB)
    with open("large", "wb") as f:
        for _ in range(64):
            f.write(piece)


def read_large():
    with open("large", "rb") as f:
        while f.read(MIB):
            pass


def stat():
    for _ in range(1000):
        os.stat("small")


def write_lines():
    with open("lines", "w") as f:
        for n in range(100000):
            f.write("a line of text, number %d\n" % n)


def make_lines():
    for n in range(100000):
        "a line of text, number %d\n" % n


def read_lines():
    with open("lines") as f:
        for _ in f:
            pass


def main():
    with open("small", "wb") as f:
        f.write(bytes(1024))
    os.mkdir("many")
    for n in range(10000):
        open("many/file-%d" % n, "w").close()
    print(json.dumps({
        "open and read 1 KB, binary": best(open_and_read, 7),
        "open and read 1 KB, text": best(open_and_read_text, 7),
        "stat": best(stat, 7),
        "write 64 MB": best(write_large, 3),
        "read 64 MB": best(read_large, 3),
        "list 10000 names": best(lambda: os.listdir("many"), 7),
        "scan 10000 names": best(lambda: list(os.scandir("many")), 7),
        "write 100000 lines": best(write_lines, 3),
        "read 100000 lines": best(read_lines, 3),
        "make 100000 lines, no file": best(make_lines, 3),
    }))


main()
