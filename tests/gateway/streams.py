"""What the tests of streams share: a server for a class, and a policy and a
program for each run."""
import json
import os
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILDDIR", os.path.join(HERE, "../../build"))
IMMURE = os.path.join(BUILD, "immure")

PACKAGES = """\
[packages]
path = ["/usr"]
[modules]
allow = ["memcache", "pymemcache", "redis", "pymysql"]
"""

class Case(unittest.TestCase):
    server = None
    kind = None     # of server

    @classmethod
    def setUpClass(cls):
        if cls.kind is not None:
            if not cls.kind.is_there():
                raise unittest.SkipTest("no " + cls.kind.needs[0])
            cls.server = cls.kind()

    @classmethod
    def tearDownClass(cls):
        if cls.server is not None:
            cls.server.end()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def run_it(self, command, code, *options, policy=None, env=None,
               wall="20s"):
        """The result of CODE under `immure COMMAND`."""
        options = ["--json", "--wall", wall, *options]
        if policy is not None:
            options += ["--policy", self.write("policy.toml", policy)]
        done = subprocess.run(
            [IMMURE, command, *options, self.write("program.py", code)],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
            cwd=self.folder, env=dict(os.environ, **env or {}))
        self.assertTrue(done.stdout, done.stderr.decode())
        return json.loads(done.stdout)

    def printed(self, *args, **named):
        result = self.run_it(*args, **named)
        self.assertEqual(result["verdict"], "ok", result)
        return result["stdout"].splitlines()

    def stream(self, name, uri, keys=""):
        return "[gateways.%s]\nkind = \"stream\"\nuri = \"%s\"\n%s" % (
            name, uri, keys)
