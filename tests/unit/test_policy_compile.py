"""Policies from TOML: rows of text and what comes of it."""
import json
import os
import re
import sys
import tempfile
import unittest

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
POLICY = os.path.join(TOP, "host/policy")
sys.path.insert(0, POLICY)
import compile as policy  # noqa: E402

with open(POLICY + "/profiles/pure.toml", encoding="utf-8") as f:
    PROFILES = {"pure": f.read()}

# text, what the message must be (a pattern)
WRONG = (
    ('[limits]\ncpus = "2s"', r"p:2: unknown key 'cpus' in \[limits\]; did "
     r"you mean 'cpu'\?"),
    ('[limits]\nfuel = "2"', r'p:2: limits\.fuel "2" has no unit \(K, M, G\): '
     r"write, for example, 50M"),
    ("[gateways.db]\nkind = 1", r"p:2: gateways.db: no kind 1; known .*"),
    ("[gateways.db]\ncalls = 1", r"p:1: gateways.db needs a kind: .*"),
    ("[gateways.db]\nkind = 'stubb'",
     r"p:2: gateways.db: no kind \"stubb\"; did you mean 'stub'\?"),
    ("[gateways.db]\nkind = 'stub'\nrelay = 1",
     r"p:3: unknown key 'relay' in \[gateways.db\], kind stub; did you mean "
     r"'delay'\?"),
    ("[gateways.db]\nkind = 'stub'\ndelay = 1",
     r"p:3: gateways.db.delay must be a text with a unit: .*"),
    ("[gateways.db]\nkind = 'stub'\nwall = 'stops'",
     r"p:3: gateways.db.wall must be one of \"runs\", \"pauses\""),
    ("[gateways.db]\nkind = 'stub'\nanswer = 1979-05-27",
     r"p:3: gateways.db.answer is nothing that JSON can say: .*"),
    ("[gateways.'a b']\nkind = 'stub'", r"p:1: gateways: 'a b' is no name: .*"),
    ("gateways = 1", r"p:1: gateways is a table: write \[gateways\]"),
    ("[gateways]\nx = 1", r"p:2: gateways.x is a table: .*"),
    ("tenant = 'a/b'", r"p:1: tenant must be a name of 1 to 64 .*"),
    ('[wall]\nsyscalls = ["@time"]', r"p:2: wall\.syscalls is not there: .*"),
    ("[pool]\nqueue = -1", r"p:2: pool\.queue -1 is out of range.*"),
    ("queue = 1", r"p:1: queue belongs into the table \[pool\]"),
    ("[limits]\n\ncpu = 2", r"p:3: limits\.cpu must be a text with a unit: "
     r'write, for example, cpu = "2s"'),
    ('[limits]\ncpu = "2"', r'p:2: limits\.cpu "2" has no unit \(.*'),
    ('[limits]\ncpu = "2M"', r'p:2: limits\.cpu "2M" has no unit of time.*'),
    ('[limits]\ncpu = "x"', r"p:2: .* is not a whole number with a unit.*"),
    ('[limits]\ncpu = "0s"', r"p:2: .*out of range: write 1ms to 1440m"),
    ('[limits]\nmemory = "1K"', r"p:2: .*out of range: write 1M to 64G"),
    ("[limits]\nrecursion = 5", r"p:2: .*out of range: write 50 to 20000"),
    ("[limits]\nrecursion = true", r"p:2: limits\.recursion must be a whole.*"),
    ('[limits]\nrecursion = "99"', r"p:2: limits\.recursion must be a whole.*"),
    ("limits = 1", r"p:1: limits is a table: write \[limits\]"),
    ('[[limits]]\ncpu = "1s"', r"p:1: limits is a table: write \[limits\]"),
    ('cpu = "1s"', r"p:1: cpu belongs into the table \[limits\]"),
    ('wall = "1s"', r"p:1: wall belongs into the table \[limits\]"),
    ("[limit]", r"p:1: unknown table 'limit'; did you mean 'limits'\?"),
    ("colour = 1", r"p:1: unknown key 'colour'; known here: extends, .*"),
    ("x = [", r"p:1: not TOML: .*"),
    ("a = 1\nb\n", r"p:2: not TOML: .*"),
    ('[limits]\ncpu="1s"\ncpu="2s"', r"p:3: not TOML: .*"),
    ('[modules]\nallow = "a"', r"p:2: modules\.allow must be a list of texts.*"),
    ('[modules]\nallow = [\n "a",\n "b c"]', r'p:4: modules\.allow: "b c" is '
     r"no module: .*"),
    ("[modules]\nallow = [1]", r"p:2: modules\.allow: 1 is no module: .*"),
    ('[modules]\nallow = ["a",\n"a"]', r"p:\d: modules\.allow: 'a' is named "
     r"twice"),
    ('[modules]\nallow = ["a"]\ndeny = ["a"]', r"p:2: modules\.allow names "
     r"'a', and modules\.deny does too \(p:3\): remove one"),
    ('[modules]\nallow = {remov = ["a"]}', r"p:2: unknown key 'remov' in "
     r"modules\.allow; did you mean 'remove'\?"),
    ('[modules]\nallow = {remove = ["a"]}', r"p:2: modules\.allow: 'a' is not "
     r"there to remove"),
    ('[modules]\nallow = {replace = ["a"], append = ["b"]}',
     r"p:2: .*replace stands alone.*"),
    ('[names]\npreload = ["a"]', r"p:2: unknown key 'preload' in \[names\].*"),
    ('[wall]\nrequire = ["landlok"]', r"p:2: wall\.require: the wall has no "
     r"layer 'landlok'; did you mean 'landlock'\?"),
    ('extends = ["pur"]', r"p:1: extends: 'pur' is neither a profile.*; did "
     r"you mean 'pure'\?"),
    ("extends = []", r'p:1: extends must be a list of policies.*'),
    ('extends = "pure"', r'p:1: extends must be a list of policies.*'),
    ('extends = ["none.toml"]', r"p:1: extends: none\.toml: No such file.*"),
    ('[files]\nread_only = ["/a"]', r'p:2: files\.read_only: "/a" is no '
     r"NAME=PATH .*"),
    ('[files]\nread_only = ["a/../b"]', r'p:2: .*is no NAME=PATH .*'),
    ('[files]\nread_only = [\n"a",\n"./a=b"]', r"p:4: files\.read_only gives "
     r"/job/a, which is given already \(p:3\): remove one"),
    ('[files]\nread_only = ["a"]\nread_write = ["a=b"]', r"p:3: files\."
     r"read_write gives /job/a, which is given already \(p:2\): remove one"),
    ('[files]\nread_only = ["a"]\nread_write = ["a/b=b"]', r"p:3: /job/a/b is "
     r"to be below /job/a, which is a file \(p:2\)"),
    ('[files]\ngive = ["a"]', r"p:2: unknown key 'give' in \[files\]; did you "
     r"mean 'given'\?"),
    ('[files]\ngiven = "ro"', r'p:2: files\.given must be one of "read-only", '
     r'"read-write"'),
    ('files = "1M"', r"p:1: files belongs into the table \[limits\]"),
    ('"li\\u006dit" = 1', r"p(:1)?: unknown key 'limit'.*"),
    ("a." * 3000 + "b = 1", r"p.*"),
    ("x = " + "[" * 3000, r"p.*"),
)

# text, path in the policy, value
RIGHT = (
    ("", "limits.cpu_ms", 2000),
    ("", "limits.recursion", 1000),
    ('extends = ["pure"]', "limits.wall_ms", 5000),
    ('[limits]\ncpu = "3s"', "limits.cpu_ms", 3000),
    ('[limits]\ncpu = "3s"', "limits.wall_ms", 5000),
    ('limits.cpu = "3s"', "limits.cpu_ms", 3000),
    ('limits = {cpu = "3s"}', "limits.cpu_ms", 3000),
    ('[limits]\nfiles = "0K"', "limits.files", 0),
    ("", "files.given", "read-write"),
    ('[files]\ngiven = "read-only"', "files.given", "read-only"),
    ('[files]\nread_only = ["a"]', "files.read_only", ["a=a"]),
    ('[files]\nlibrary = ["./p//=x"]', "files.library", ["p/=x"]),
    ('[files]\nread_write = ["a=/b=c"]', "files.read_write", ["a=/b=c"]),
    ('[modules]\nallow = ["a", "b.c"]', "modules.allow", ["a", "b.c"]),
    ('[modules]\nallow = {append = ["a"]}', "modules.allow", ["a"]),
    ('[modules.allow]\nreplace = ["a"]', "modules.allow", ["a"]),
    ('[names]\ndeny = ["time.sleep"]', "names.deny", ["time.sleep"]),
    ('[wall]\nrequire = ["landlock"]', "wall.require", ["landlock"]),
)

# text, key of origins, where
ORIGINS = (
    ("", "limits.cpu", "profile pure:5"),
    ('\n[limits]\ncpu = "3s"', "limits.cpu", "p:3"),
    ('limits.cpu = "3s"', "limits.cpu", "p:1"),
    ('limits = {cpu = "3s"}', "limits.cpu", "p:1"),
    ('x = """\n[limits]\n"""', None, None),
    ('# [limits]\n[limits] # "\ncpu = "3s"', "limits.cpu", "p:3"),
    ('[names]\ndeny = [ # a\n  "a.b", # ]\n  "c.d",\n]', "names.deny.c.d",
     "p:4"),
    ('[names]\ndeny = ["a.b"]', "names.deny", "p:2"),
    ('[names.deny]\nappend = [\n"a"]', "names.deny.a", "p:3"),
    ('[modules]\nallow = ["a"]\n[names]\ndeny = ["a"]', "names.deny.a", "p:4"),
    ('[files]\nread_only = [\n"a",\n"b=c"]', "files.read_only.b=c", "p:4"),
    ("[ 'limits' ]\n'cpu' = '3s'", "limits.cpu", "p:2"),
)


def compiled(text, **more):
    return policy.compile_policy(text, "p", profiles=PROFILES, **more)


def lookup(tree, dotted):
    for part in dotted.split("."):
        tree = tree[part]
    return tree


class Compile(unittest.TestCase):
    def test_wrong(self):
        for text, pattern in WRONG:
            with self.subTest(text=text[:60]):
                with self.assertRaises(policy.PolicyError) as caught:
                    compiled(text)
                self.assertRegex(str(caught.exception), f"\\A{pattern}\\Z")
                self.assertNotIn("\n", str(caught.exception))

    def test_right(self):
        for text, dotted, value in RIGHT:
            with self.subTest(text=text):
                self.assertEqual(lookup(compiled(text), dotted), value)

    def test_origins(self):
        for text, key, where in ORIGINS:
            with self.subTest(text=text):
                if key is None:
                    self.assertEqual(policy.line_index(text), {("x",): 1})
                    continue
                self.assertEqual(compiled(text)["origins"][key], where)

    def test_hash_is_of_what_counts(self):
        first = compiled('[limits]\ncpu = "2s"')
        second = compiled('# moved\n\n[limits]\ncpu = "2000ms"')
        self.assertNotEqual(first["origins"], second["origins"])
        self.assertEqual(first["sha256"], second["sha256"])
        self.assertNotEqual(first["sha256"],
                            compiled('[limits]\ncpu = "1s"')["sha256"])

    def test_allow_imports(self):
        made = compiled('[modules]\nallow = ["a"]', allow_imports=["a", "b"])
        self.assertEqual(made["modules"]["allow"], ["a", "b"])
        self.assertEqual(made["origins"]["modules.allow.a"], "p:2")
        self.assertEqual(made["origins"]["modules.allow.b"], "command line")
        with self.assertRaisesRegex(policy.PolicyError, "command line"):
            compiled('[modules]\ndeny = ["b"]', allow_imports=["b"])

    def test_is_json(self):
        self.assertEqual(json.loads(json.dumps(compiled(""))), compiled(""))

    def test_layers_are_those_of_the_wall(self):
        with open(TOP + "/host/wall/layers.c", encoding="utf-8") as f:
            rows = re.findall(r"\[WALL_\w+\] = \{\s*\"(\w+)\"", f.read())
        self.assertEqual(tuple(rows), policy.WALL_LAYERS)


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, data):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return path

    def compiled(self, path):
        return policy.compile_policy(policy.read_text(path), path,
                                     profiles=PROFILES)

    def test_extends_a_file_beside_it(self):
        self.write("base.toml", '[limits]\ncpu = "1s"\nwall = "1s"\n'
                                '[modules]\nallow = ["a", "b"]')
        path = self.write("p.toml", 'extends = ["base.toml"]\n'
                          '[limits]\ncpu = "3s"\n'
                          '[modules]\nallow = {remove = ["a"], '
                          'append = ["c"]}')
        made = self.compiled(path)
        self.assertEqual(made["name"], "p")
        self.assertEqual(made["limits"]["cpu_ms"], 3000)
        self.assertEqual(made["limits"]["wall_ms"], 1000)
        self.assertEqual(made["modules"]["allow"], ["b", "c"])
        self.assertIn("base.toml:5", made["origins"]["modules.allow.b"])
        self.assertNotIn("modules.allow.a", made["origins"])

    def test_files(self):
        os.makedirs(os.path.join(self.folder.name, "tree/sub"))
        self.write("tree/sub/x", "12345")
        self.write("y", "1")
        path = self.write("p.toml", '[files]\nread_only = ["t/=tree", "y"]')
        base = os.path.abspath(self.folder.name)
        found = policy.find_folders(self.compiled(path))
        self.assertEqual(found["files"]["read_only"],
                         [f"t/={base}/tree", f"t/sub/={base}/tree/sub",
                          f"t/sub/x={base}/tree/sub/x", f"y={base}/y"])
        self.assertEqual(
            found["origins"][f"files.read_only.t/sub/x={base}/tree/sub/x"],
            path + ":2")

    def test_files_that_are_not_given(self):
        os.mkdir(os.path.join(self.folder.name, "d"))
        os.symlink("/etc", os.path.join(self.folder.name, "d/link"))
        os.mkfifo(os.path.join(self.folder.name, "fifo"))
        self.write("y", "1")
        for item, message in (("none", "No such file"),
                              ("d", 'is a folder: write "d/=PATH"'),
                              ("y/", 'is no folder: write "y=PATH"'),
                              ("d/", "link is a link, which is not given"),
                              ("fifo", "is neither a file nor a folder")):
            path = self.write("p.toml", f'[files]\nread_only = ["{item}"]')
            with self.subTest(item=item), self.assertRaisesRegex(
                    policy.PolicyError, r"p\.toml:2: files\.read_only: .*" +
                    message):
                policy.find_folders(self.compiled(path))

    def test_two_bases_with_one_root(self):
        self.write("a.toml", '[limits]\ncpu = "1s"')
        self.write("b.toml", '[limits]\nwall = "1s"')
        path = self.write("p.toml", 'extends = ["a.toml", "b.toml"]')
        made = self.compiled(path)
        self.assertEqual(made["limits"]["cpu_ms"], 1000)
        self.assertEqual(made["limits"]["wall_ms"], 1000)

    def test_circle(self):
        self.write("b.toml", 'extends = ["p.toml"]')
        path = self.write("p.toml", 'extends = ["b.toml"]')
        with self.assertRaisesRegex(policy.PolicyError, "extends itself"):
            self.compiled(path)

    def test_not_utf8(self):
        path = self.write("p.toml", b"# \xff\n")
        with self.assertRaisesRegex(policy.PolicyError, ":1: not UTF-8"):
            self.compiled(path)

    def test_too_large(self):
        path = self.write("p.toml", b"#" * (1 << 20) + b"\n")
        with self.assertRaisesRegex(policy.PolicyError, "over 1M"):
            self.compiled(path)


class Documents(unittest.TestCase):
    def test_they_say_what_the_table_says(self):
        """`python3 host/policy/docs.py docs` writes them anew."""
        import docs
        folder = os.path.join(TOP, "docs")
        for path, text in docs.wanted(folder).items():
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), text, path)

    def test_every_row_is_documented(self):
        from _immure_keys import LATER, TABLES
        for table, keys in TABLES.items():
            for name, key in keys.items():
                self.assertGreater(len(key.text), 20, name)
                self.assertNotIn(table + "." + name, LATER)


if __name__ == "__main__":
    unittest.main()
