"""Which files of its folder an application of immure app is given."""
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import BUILD, Server  # noqa: E402

PLAIN = '''
def app(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"%s"]
'''
TOML = 'name = "plain"\nentry = "plain:app"\n'


class Files(unittest.TestCase):
    def test_what_gateways_use_is_not_among_the_files(self):
        """However the folder is named."""
        files = {"app.toml": TOML + 'policy = "g.toml"\n',
                 "g.toml": 'extends = ["app"]\n[gateways.a]\nkind = "sql"\n'
                           'uri = "sqlite:shop.db"\n[gateways.b]\n'
                           'kind = "session"\nfile = "s.db"\n[gateways.c]\n'
                           'kind = "sql"\nuri = "postgresql://a@h/b"\n'
                           'password_file = "c.pw"\n',
                 "shop.db": "", "shop.db-wal": "", "shop.db-shm": "",
                 "shop.db-journal": "", "s.db": "", "c.pw": "", "plain.py": ""}
        with tempfile.TemporaryDirectory() as work:
            folder = os.path.join(work, "d")
            os.mkdir(folder)
            for name, text in files.items():
                with open(os.path.join(folder, name), "w") as file:
                    file.write(text)
            for path, at in ((folder, "/"), ("d", work), (".", folder),
                             ("app.toml", folder)):
                with self.subTest(path):
                    said = subprocess.run(
                        [os.path.join(BUILD, "immure-zygote"), "--tool",
                         "app", path], cwd=at, stdout=subprocess.PIPE,
                        check=True).stdout
                    names = [item.partition("=")[0] for item in
                             json.loads(said)[0]["files"]]
                    self.assertEqual(names, ["plain.py"])

    def test_hidden_files(self):
        """At no depth, unless `files` names them."""
        with tempfile.TemporaryDirectory() as work:
            os.makedirs(work + "/sub/.hid")
            for name in ("a.py", ".b", "sub/c", "sub/.env", "sub/.hid/s"):
                with open(os.path.join(work, name), "w"):
                    pass
            for line, wanted in (
                    ("", ["a.py", "sub/", "sub/c"]),
                    ('files = ["sub/"]', ["sub/", "sub/c"]),
                    ('files = [".b", "sub/.hid/"]',
                     [".b", "sub/.hid/", "sub/.hid/s"])):
                with open(work + "/app.toml", "w") as file:
                    file.write(TOML + line)
                said = subprocess.run(
                    [os.path.join(BUILD, "immure-zygote"), "--tool", "app",
                     work], stdout=subprocess.PIPE, check=True).stdout
                self.assertEqual([item.partition("=")[0] for item in
                                  json.loads(said)[0]["files"]], wanted)

    def test_a_database_in_the_folder_reloads_nothing(self):
        app = {"app.toml": TOML + 'policy = "g.toml"\n',
               "g.toml": 'extends = ["app"]\n[gateways.a]\nkind = "sql"\n'
                         'uri = "sqlite:shop.db"\n',
               "plain.py": PLAIN % "one"}
        with Server(app) as server:
            server.wait_ready()
            # A change that only the next start of the tool would find.
            with open(server.folders[0] + "/app.toml", "a") as file:
                file.write("wrokers = 1\n")
                file.flush()
                for end in ("", "-journal", "-wal"):
                    with open(server.folders[0] + "/shop.db" + end, "w"):
                        pass
                time.sleep(0.8)
                self.assertNotIn("wrokers", server.errors())
            server.wait_log("wrokers")


if __name__ == "__main__":
    unittest.main()
