#!/usr/bin/env python3
"""Headers of the operator's in gateways of the kind fetch, and their secrets.

Usage: fetch_secrets_test.py BUILD_DIR [unittest arguments]
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

from fetch_test import IMMURE, SECRET, Case
from memory import below, memory_holds


class Secrets(Case):
    def rules(self, header):
        return '{allow = "GET %s/**", private = true, %s}' % (self.here,
                                                             header)

    def test_sent_and_not_settable(self):
        self.http.seen.clear()
        out = self.output(
            'a = fetch(HERE + "/", headers={"authorization": "mine"})\n'
            'print(a.dropped)',
            self.rules('header_env = ["Authorization=Bearer API_TOKEN"], '
                       'header = ["X-Plain=1"]'))
        self.assertEqual(out, "['authorization']\n")
        seen = self.http.seen[0][2]
        self.assertEqual(seen["Authorization"], "Bearer " + SECRET)
        self.assertEqual(seen["X-Plain"], "1")

    def test_file(self):
        with tempfile.NamedTemporaryFile("w") as f:
            f.write(SECRET + "\n")
            f.flush()
            self.http.seen.clear()
            self.output('fetch(HERE)',
                        self.rules('header_file = ["X-Key=%s"]' % f.name))
        self.assertEqual(self.http.seen[0][2]["X-Key"], SECRET)

    def test_repeated_by_the_server(self):
        rules = self.rules('header_env = ["X-Token=API_TOKEN"]')
        result = self.fails('fetch(HERE + "/echo")', "withheld", rules)
        self.assertNotIn(SECRET, json.dumps(result))
        result = self.fails('urllib.request.urlopen(HERE + "/echo")',
                            "withheld", rules)
        self.assertNotIn(SECRET, json.dumps(result))
        result = self.fails(
            'fetch(HERE + "/to/302/http://127.0.0.1/%s")' % SECRET,
            "in a redirect", rules)

    def test_repeated_in_a_header(self):
        """One with characters that JSON would write in another way."""
        secret = 'pa"ss\\word123'
        with tempfile.NamedTemporaryFile("w") as f:
            f.write(secret)
            f.flush()
            result = self.fails('fetch(HERE + "/mirror")', "withheld",
                                self.rules('header_file = ["X-Token=%s"]'
                                           % f.name))
        self.assertNotIn("word123", json.dumps(result))

    @unittest.skipUnless(os.geteuid() == 0,
                         "only root reads the memory of guests")
    def test_not_in_the_guest(self):
        """Neither secret nor rules are in the memory of guest or zygote."""
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as policy:
            policy.write('[gateways.web]\nkind = "fetch"\nrules = [%s]'
                         % self.rules('header_env = ["X-Token=API_TOKEN"]'))
            policy.flush()
            # As the command line would hold what is looked for, stdin does.
            guest = subprocess.Popen(
                [IMMURE, "--policy", policy.name, "--wall", "60s", "-"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                env=os.environ | {"API_TOKEN": SECRET})
            guest.stdin.write(
                "import time\nfrom immure.gateway import fetch\n"
                "print(fetch('http://127.0.0.1:%d/').status, flush=True)\n"
                "time.sleep(30)\n" % self.http.port)
            guest.stdin.close()
            self.assertEqual(guest.stdout.readline(), "200\n")
            found = [(name, memory_holds(pid, SECRET.encode()))
                     for pid, name in below(guest.pid)]
            guest.kill()
            guest.wait()
            guest.stdout.close()
        self.assertIn(("immure-broker", True), found)
        inside = [held for name, held in found if name == "immure-zygote"]
        self.assertGreaterEqual(len(inside), 2, found)
        self.assertFalse(any(inside), found)


if __name__ == "__main__":
    del sys.argv[1:2]
    unittest.main()
