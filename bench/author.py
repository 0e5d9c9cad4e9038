"""How long the REPL's answers take:  author.py [BUILD]

Types at a terminal of its own, as a person would, and prints medians and 95th
percentiles in milliseconds from the key to the answer: of :why, and of
completion in a session's guest.
"""
import os
import pty
import statistics
import sys
import time

BUILD = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "../build")
ROUNDS = 200
NAMES = ("os.system", "json.dumps", "socket.socket", "math.sqrt", "io.open",
         "random.random", "landlock", "openat", "cpu", "subprocess.run")


class Terminal:
    def __init__(self, *command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "dumb"
            os.execv(command[0], command)

    def wait_for(self, text, seen=b""):
        while text not in seen:
            try:
                data = os.read(self.fd, 1 << 16)
            except OSError:     # EIO: nobody has the terminal open any more
                raise SystemExit("the REPL has ended: "
                                 + seen.decode(errors="replace")) from None
            seen += data
        return seen

    def time(self, keys, answer):
        start = time.perf_counter()
        os.write(self.fd, keys)
        self.wait_for(answer)
        return 1e3 * (time.perf_counter() - start)

    def close(self):
        os.write(self.fd, b"\x04")
        os.waitpid(self.pid, 0)


def show(name, times):
    times.sort()
    print("%-12s p50 %6.2f ms  p95 %6.2f ms" % (
        name, statistics.median(times), times[len(times) * 95 // 100]))


def main():
    t = Terminal(os.path.join(BUILD, "immure"), "repl")
    t.wait_for(b">>> ")
    t.time(b"import math\n", b">>> ")
    show(":why", [t.time(b":why %s\n" % name.encode(), b">>> ")
                  for name in NAMES * (ROUNDS // len(NAMES))])
    times = []
    for _ in range(ROUNDS):
        times.append(t.time(b"math.fsu\t", b"math.fsum"))
        t.time(b"\x15\n", b">>> ")
    show("completion", times)
    t.close()


if __name__ == "__main__":
    main()
