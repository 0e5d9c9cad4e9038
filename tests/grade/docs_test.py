"""docs/graders.md, as a teacher follows it: its files, commands, answers."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                    "../.."))
BUILD = os.path.abspath(sys.argv[1])

BLOCK = re.compile(r"```(python|console)\n(.*?)```", re.S)


def blocks():
    """(kind, file that a Python block is, text)."""
    with open(os.path.join(TOP, "docs/graders.md"), encoding="utf-8") as file:
        text = file.read()
    for match in BLOCK.finditer(text):
        names = re.findall(r"`(\w+\.py)`", text[:match.start()])
        yield match[1], names[-1] if names else None, match[2]


def commands(block):
    """(command, what it answers)."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, answer = part.partition("\n")
        yield command, answer


class Graders(unittest.TestCase):
    def test_as_written(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        env = dict(os.environ, PATH=BUILD + ":" + os.environ["PATH"])
        ran = 0
        for kind, name, text in blocks():
            if kind == "python":
                with open(os.path.join(folder, name), "w",
                          encoding="utf-8") as file:
                    file.write(text)
                continue
            for command, answer in commands(text):
                done = subprocess.run(
                    ["sh", "-c", command], cwd=folder, env=env, text=True,
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, timeout=600, check=False)
                self.assertEqual(done.stdout, answer, command)
                ran += 1
        self.assertGreater(ran, 8)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
