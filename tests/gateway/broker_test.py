#!/usr/bin/env python3
"""The broker of a policy's gateways: quotas, clocks, deaths, and what a guest
can find of it.  Gateways are stubs."""
import json
import os
import signal
import subprocess
import tempfile
import time
import unittest

from memory import memory_holds

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILDDIR", os.path.join(HERE, "../../build"))
IMMURE = os.path.join(BUILD, "immure")

CALLS = """
from immure import gateway
def call(name, *args):
    try: return gateway.call(name, *args)
    except gateway.GatewayError as e: return "error: %s" % e
    except PermissionError as e: return "denied"
"""


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        return [int(word) for word in file.read().split()]


def descendants(pid):
    """{pid: name} of all below."""
    found = {}
    for child in children(pid):
        try:
            with open("/proc/%d/comm" % child) as file:
                found[child] = file.read().strip()
            found |= descendants(child)
        except OSError:
            pass
    return found


def named(pid, name):
    return [each for each, comm in descendants(pid).items()
            if comm == name[:15]]


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.policy = os.path.join(folder.name, "shop.toml")

    def start(self, gateways, code, *options):
        with open(self.policy, "w") as file:
            file.write(gateways)
        started = subprocess.Popen(
            [IMMURE, "--json", "--policy", self.policy, *options, "-c",
             CALLS + code], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, started)
        return started

    @staticmethod
    def end(started):
        if started.poll() is None:
            started.kill()
        started.communicate()

    def result(self, started):
        out, err = started.communicate(timeout=60)
        self.assertTrue(out, err)
        return json.loads(out)

    def run_it(self, gateways, code, *options):
        return self.result(self.start(gateways, code, *options))

    def broker(self, started):
        """Its pid, once a guest runs."""
        for _ in range(500):
            found = named(started.pid, "immure-broker")
            if found:
                return found[0]
            time.sleep(0.01)
        self.fail("no broker")


class Calls(Case):
    def test_answers(self):
        result = self.run_it(
            "[gateways.price]\nkind = 'stub'\nanswer = {eur = [1, 2.5]}\n"
            "[gateways.sold]\nkind = 'stub'\nerror = 'sold out'\n",
            "print(call('price', 1), call('sold'), call('other'))")
        self.assertEqual(result["stdout"],
                         "{'eur': [1, 2.5]} error: sold out denied\n")
        self.assertEqual([(row["name"], row["count"], row["refused"])
                          for row in result["calls"]],
                         [("price", 1, 0), ("sold", 1, 0)])

    def test_quotas(self):
        result = self.run_it(
            "[gateways.few]\nkind = 'stub'\ncalls = 2\n"
            "[gateways.short]\nkind = 'stub'\nbytes = '1K'\n",
            "print(call('few'), call('few'), call('few'), call('few'))\n"
            "print(call('short'), call('short', 'x' * 1024))")
        self.assertEqual(result["stdout"],
                         "None None denied denied\nNone denied\n")
        self.assertEqual([row["refused"] for row in result["calls"]], [2, 1])

    def test_bytes_that_are_used_up(self):
        """An answer that is too long has been worked for: no other is."""
        result = self.run_it(
            "[gateways.f]\nkind = 'stub'\nbytes = '1K'\nanswer = '%s'\n"
            % ("x" * 600), "for _ in range(5): print(len(call('f')))")
        self.assertEqual(result["stdout"], "600\n" + 4 * "6\n")  # denied
        row, = result["calls"]
        self.assertEqual((row["count"], row["refused"]), (2, 4))

    def test_deadline_and_total(self):
        result = self.run_it(
            "[gateways.slow]\nkind = 'stub'\ndelay = '10s'\ntime = '150ms'\n"
            "total = '200ms'\n",
            "import time\n"
            "for _ in range(3):\n"
            "    t = time.perf_counter(); x = call('slow')\n"
            "    print(x, time.perf_counter() - t < 1)\n")
        first, second, third = result["stdout"].splitlines()
        self.assertEqual(first, "error: slow: no answer within 150 ms True")
        self.assertRegex(second,
                         r"error: slow: no answer within [1-5]?\d ms True")
        self.assertEqual(third, "denied True")

    def test_a_name_of_the_client_too(self):
        started = self.start("[gateways.f]\nkind = 'stub'\n", "",
                             "--grant", "f=stub:1")
        out, err = started.communicate()
        self.assertEqual((started.returncode, out), (125, ""))
        self.assertIn("has a gateway of that name", err)

    def test_audit(self):
        path = os.path.join(os.path.dirname(self.policy), "audit")
        self.run_it("[gateways.price]\nkind = 'stub'\ncalls = 1\n",
                    "call('price', 1), call('price'), call('other'), "
                    "call('f')", "--audit", path, "--grant", "f=stub:1")
        with open(path) as file:
            rows = [json.loads(line) for line in file]
        self.assertEqual([(row["name"], row["to"], row["answer"])
                          for row in rows],
                         [("price", "gateway", "value"),
                          ("price", "gateway", "quota"),
                          ("other", "program", "denied"),
                          ("f", "program", "value")])
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)

    def test_audit_of_calls_without_end(self):
        path = os.path.join(os.path.dirname(self.policy), "audit")
        self.run_it("", "for _ in range(1200): call('x')",
                    "--audit", path, "--grant", "f=stub:1")
        with open(path) as file:
            self.assertEqual(sum(1 for _ in file), 1000)

    def test_no_audit(self):
        started = self.start("", "", "--audit", "/dev/full")
        out, err = started.communicate()
        self.assertEqual((started.returncode, out, err),
                         (125, "", "immure: --audit /dev/full: not a file\n"))

    def test_large(self):
        result = self.run_it(
            "[gateways.big]\nkind = 'stub'\nanswer = '%s'\n" % ("x" * 900000),
            "for _ in range(20): assert len(call('big', 'y' * 2000000)) == "
            "900000\nprint('done')", "--wall", "30s", "--cpu", "20s")
        self.assertEqual(result["stdout"], "done\n", result)


class Clocks(Case):
    SLOW = ("[gateways.slow]\nkind = 'stub'\ndelay = '400ms'\nwall = '%s'\n"
            "[limits]\nwall = '300ms'\n")

    def test_wall_runs(self):
        result = self.run_it(self.SLOW % "runs", "call('slow')")
        self.assertEqual(result["verdict"], "wall")

    def test_wall_pauses(self):
        result = self.run_it(self.SLOW % "pauses",
                             "call('slow')\ncall('slow')\nprint('done')")
        self.assertEqual((result["verdict"], result["stdout"]),
                         ("ok", "done\n"), result)
        self.assertLess(result["usage"]["wall_ms"], 300)

    def test_it_goes_on_afterwards(self):
        result = self.run_it(self.SLOW % "pauses",
                             "call('slow')\nimport time\ntime.sleep(5)")
        self.assertEqual(result["verdict"], "wall")
        self.assertLess(result["usage"]["wall_ms"], 2000)

    def test_it_is_no_way_to_compute(self):
        """The CPU's clock never pauses."""
        result = self.run_it(
            self.SLOW % "pauses",
            "import threading\ncall('slow')\nwhile True: pass",
            "--cpu", "200ms", "--wall", "10s")
        self.assertEqual(result["verdict"], "cpu")


class Deaths(Case):
    LOOP = ("import time\nanswers = set()\n"
            "for _ in range(40): answers.add(str(call('slow'))); "
            "time.sleep(0.02)\nprint(sorted(answers))")
    POLICY = "[gateways.slow]\nkind = 'stub'\ndelay = '50ms'\ntotal = '1m'\n"

    def test_killed(self):
        """Each call is answered, and the next broker answers rightly."""
        started = self.start(self.POLICY, self.LOOP, "--wall", "30s")
        killed = set()
        while len(killed) < 4 and started.poll() is None:
            broker = self.broker(started)
            if broker not in killed:
                time.sleep(0.17)
                os.kill(broker, signal.SIGKILL)
                killed.add(broker)
            time.sleep(0.02)
        result = self.result(started)
        self.assertEqual(result["verdict"], "ok", result)
        self.assertEqual(result["stdout"],
                         "['None', 'error: the broker of the gateways "
                         "ended']\n")

    @unittest.skipIf("SANITIZERS" in os.environ,
                     "it is stopped before it has begun")
    def test_hangs(self):
        """One that does not even keep a deadline is ended."""
        started = self.start(
            "[gateways.f]\nkind = 'stub'\ndelay = '300ms'\ntime = '500ms'\n"
            "wall = 'pauses'\n",
            "import time\ntime.sleep(1)\nprint(call('f'))\n"
            "time.sleep(.3)\nprint(call('f'))",
            "--wall", "4s")
        broker = self.broker(started)
        time.sleep(0.3)
        os.kill(broker, signal.SIGSTOP)
        result = self.result(started)
        self.assertEqual(result["stdout"], "error: the broker of the gateways "
                         "did not keep a deadline\nNone\n")

    def test_its_words_are_the_operators(self):
        """What it says when it can't begin anew names files."""
        folder = tempfile.mkdtemp()
        path = os.path.join(folder, "lines.log")
        started = self.start(
            "[gateways.log]\nkind = 'log'\nfile = '%s'\n" % path,
            "import time\nfor _ in range(8):\n"
            "    print(call('log'))\n    time.sleep(.3)\n",
            "--wall", "20s")
        broker = self.broker(started)
        time.sleep(0.5)
        os.unlink(path)
        os.rmdir(folder)
        os.kill(broker, signal.SIGKILL)
        lines = self.result(started)["stdout"].splitlines()
        self.assertIn("error: the broker of the gateways has ended, or could "
                      "not be started", lines)
        self.assertNotIn(folder, "\n".join(lines))

    def test_nothing_is_left(self):
        started = self.start(self.POLICY, "time.sleep(30)")
        broker = self.broker(started)
        started.kill()
        started.wait()
        for _ in range(200):
            if not os.path.exists("/proc/%d" % broker):
                return
            time.sleep(0.02)
        self.fail("the broker lives on")


class Secrets(Case):
    POLICY = ("[gateways.price]\nkind = 'stub'\n"
              "answer = 'sesame.example:4711'\n[limits]\nwall = '30s'\n")

    @unittest.skipIf(os.geteuid() != 0, "only root reads such a process")
    def test_address_is_in_no_guest(self):
        started = self.start(self.POLICY, "import time\ntime.sleep(20)")
        broker = self.broker(started)
        time.sleep(1)
        zygotes = named(started.pid, "immure-zygote")
        self.assertGreaterEqual(len(zygotes), 2)
        text = b"sesame.example"
        self.assertTrue(memory_holds(broker, text))
        for pid in zygotes:
            self.assertFalse(memory_holds(pid, text), pid)

    def test_hash_is_not_the_guests(self):
        result = self.run_it(self.POLICY, "print('ok')")
        digest = result["policy"].removeprefix("sha256:").encode()
        self.assertEqual(len(digest), 64)
        if os.geteuid() != 0:
            return
        started = self.start(self.POLICY, "import time\ntime.sleep(20)")
        self.broker(started)
        time.sleep(1)
        for pid in named(started.pid, "immure-zygote"):
            self.assertFalse(memory_holds(pid, digest), pid)


class Confinement(Case):
    def test_it_is_in_force(self):
        started = self.start("[gateways.f]\nkind = 'stub'\n",
                             "import time\ncall('f')\ntime.sleep(20)")
        broker = self.broker(started)
        time.sleep(0.5)
        with open("/proc/%d/status" % broker) as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file
                          if ":\t" in line)
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertEqual(status["Seccomp"], "2")
        for sets in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertEqual(int(status[sets], 16), 0)
        if os.geteuid() == 0:
            fds = os.listdir("/proc/%d/fd" % broker)
            self.assertLess(len(fds), 12, fds)
            with open("/proc/%d/environ" % broker) as file:
                self.assertEqual(file.read().strip("\0"), "")


if __name__ == "__main__":
    unittest.main()
