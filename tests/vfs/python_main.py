"""The calls in random order: one line of text a call, or one a seed."""
import binascii
import gc
import itertools
import sys
import warnings

BEGINNING = 30          # calls that only make names and files


class Run:
    """One seed: a tree that begins empty, and so many calls."""

    def __init__(self, seed, tell):
        self.values = Values(seed)
        self.names = Names(self.values)
        self.files = Files(self.values, self.names)
        self.tell = tell
        self.crc = 0
        names, files = self.names, self.files
        self.first = [names.make, files.open_file, files.use_file]
        self.calls = (
            [names.look] * 8 + [names.path_question] * 6 + [names.make] * 8
            + [names.remove] * 3 + [names.move] * 4 + [names.set] * 5
            + [names.path] * 5 + [names.path_changes] * 6 + [names.copy] * 3
            + [names.trees] * 2 + [names.find] * 2 + [names.temporary]
            + [files.open_fd] * 6 + [files.close_fd] * 2 + [files.use_fd] * 12
            + [files.open_file] * 12 + [files.use_file] * 32)

    def step(self, number):
        calls = self.first if number < BEGINNING else self.calls
        told, result = self.values.pick(calls)()
        line = "%d %s -> %s" % (number, told, result)
        self.crc = binascii.crc32(line.encode("utf-8", "backslashreplace"),
                                  self.crc)
        if self.tell:
            sys.stdout.write(line.encode("ascii", "backslashreplace").decode()
                             .replace("\n", "\\n") + "\n")

    def end(self):
        for f in self.files.open:
            try:
                f.close()
            except Exception:
                pass
        del self.files.open[:], self.values.fds[:]
        gc.collect()


def empty(listdir):
    os.umask(0o22)
    os.closerange(3, 1024)
    for top in ("/job", "/tmp"):
        os.chmod(top, 0o755)
        os.chdir(top)
        for name in listdir("."):
            remove(name, listdir)
        # os.removedirs() is not to come so far: a guest could not.
        os.close(os.open(".keep", os.O_CREAT))
    os.chdir("/job")


def remove(name, listdir):
    if not stat.S_ISDIR(os.lstat(name).st_mode):
        os.unlink(name)
        return
    os.chmod(name, 0o700)
    os.chdir(name)
    for below in listdir("."):
        remove(below, listdir)
    os.chdir("..")
    os.rmdir(name)


def main():
    """FIRST LAST CALLS [tell]: the seeds, the calls of each."""
    first, last, calls = map(int, sys.argv[1:4])
    tell = len(sys.argv) > 4
    warnings.simplefilter("ignore")
    _, listdir = order_library()
    for seed in range(first, last):
        empty(listdir)
        tempfile._name_sequence = ("t%d" % n for n in itertools.count())
        run = Run(seed, tell)
        for number in range(calls):
            run.step(number)
        run.end()
        print("seed %d: %08x" % (seed, run.crc), flush=True)


main()
