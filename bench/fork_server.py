# The floor that a Python program can reach without any jail: a server with
# the library imported that forks a child for each job.  A request is u32 id,
# u32 length and the code, on stdin; an answer is u32 id, u32 length and what
# the code printed, on stdout, in one write.
import collections, dataclasses, datetime, decimal, functools, gc, io
import itertools, json, math, os, random, re, statistics, struct, sys, typing


def run(code):
    sys.stdout = io.StringIO()
    exec(compile(code, "<job>", "exec"), {"__name__": "__main__"})
    return sys.stdout.getvalue().encode()


def main():
    gc.collect()
    gc.freeze()
    read = open(0, "rb", buffering=0).read

    def exactly(n):
        data = b""
        while len(data) < n:
            part = read(n - len(data))
            if not part:
                os._exit(0)
            data += part
        return data
    while True:
        number, length = struct.unpack("<II", exactly(8))
        code = exactly(length)
        if os.fork() == 0:
            out = run(code)
            os.write(1, struct.pack("<II", number, len(out)) + out)
            os._exit(0)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass


main()
