"""docs/first-app.md, followed as it is written (TAP).

A block behind a line that names `guestbook/FILE` is that file; "$ immure" is
left running, "$ curl" prints what stands below it, and a block that begins
with [...] is in the log.  "..." stands for anything."""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import BUILD, TOP, has  # noqa: E402


def blocks(text):
    """(paragraph before it, text) of each indented block."""
    for match in re.finditer(r"((?:^\S[^\n]*\n)+)\n((?:(?: {4}|\t)[^\n]*\n|\n"
                             r"(?= {4}|\n {4}))+)", text, re.M):
        lines = [line[4:] for line in match[2].rstrip("\n").split("\n")]
        yield match[1], "\n".join(lines) + "\n"


def agrees(wanted, got):
    pattern = ".*".join(map(re.escape, wanted.rstrip("\n").split("...")))
    return re.search(pattern, got.rstrip("\n"), re.S) is not None


class Reader:
    def __init__(self, folder):
        self.folder = folder
        self.log = os.path.join(folder, "log")
        self.server = None

    def start(self, command):
        words = shlex.split(command)
        words[0] = os.path.join(BUILD, "immure")
        with open(self.log, "w") as log:
            self.server = subprocess.Popen(words, cwd=self.folder, stderr=log,
                                           stdin=subprocess.DEVNULL)

    def said(self):
        with open(self.log) as file:
            return file.read()

    def until(self, wanted, get):
        """What GET gives, once it agrees; reloading takes a moment."""
        for _ in range(150):
            got = get()
            if agrees(wanted, got):
                return None
            time.sleep(0.2)
        return "wanted:\n%s\ngot:\n%s" % (wanted, got)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def curl(self, command):
        return subprocess.run(shlex.split(command), stdout=subprocess.PIPE,
                              text=True, check=False,
                              timeout=60).stdout.replace("\r", "")

    def follow(self, before, block):
        """What is wrong with one block, or None."""
        if block.startswith("$ immure app"):
            command, _, printed = block[2:].partition("\n")
            self.start(command)
            return self.until(printed, self.said)
        if block.startswith("$ curl"):
            command, _, printed = block[2:].partition("\n")
            # A note is left once; the others may be asked again.
            if "-d" in command:
                self.until("<h1>", lambda: self.curl(
                    "curl -s http://127.0.0.1:8765/"))
            return self.until(printed, lambda: self.curl(command))
        if block.startswith("[...]"):
            return self.until(block.replace("\t", "..."), self.said)
        names = re.findall(r"`(guestbook/[\w.]+)`", before)
        if not names:
            return "a block of no kind"
        self.write(names[-1], block)
        return None


def main():
    if shutil.which("curl") is None or not has("flask"):
        print("1..0 # SKIP no curl, or no python3-flask, here")
        return
    with open(os.path.join(TOP, "docs/first-app.md")) as file:
        steps = list(blocks(file.read()))
    print("1..%d" % len(steps))
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(folder)
        try:
            for at, (before, block) in enumerate(steps, 1):
                wrong = reader.follow(before, block)
                print("%s %d - %s" % ("not ok" if wrong else "ok", at,
                                      block.split("\n")[0]), flush=True)
                for line in (wrong or "").splitlines():
                    print("# " + line)
        finally:
            if reader.server:
                reader.server.terminate()
                reader.server.wait()


main()
