"""Guests with gateways, for tests: a policy's text and a program, to a result."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
IMMURE = os.path.join(BUILD, "immure")


def start(policy, code, *options, **environment):
    """A process, whose policy is gone when it is waited for by result_of()."""
    file = tempfile.NamedTemporaryFile("w", suffix=".toml")
    file.write(policy)
    file.flush()
    process = subprocess.Popen(
        [IMMURE, "--policy", file.name, "--wall", "40s", "--json", *options,
         "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=os.environ | environment)
    process.policy = file
    return process


def result_of(process):
    out, err = process.communicate(timeout=120)
    process.policy.close()
    return json.loads(out) if out else {"verdict": "none", "stderr": err}


class Case(unittest.TestCase):
    policy = ""

    def run_guest(self, code, policy=None, *options, **environment):
        return result_of(start(policy or self.policy, code, *options,
                               **environment))

    def output(self, code, policy=None, *options, **environment):
        result = self.run_guest(code, policy, *options, **environment)
        self.assertEqual(result["verdict"], "ok", result)
        return result["stdout"]

    def fails(self, code, text, policy=None, **environment):
        result = self.run_guest(code, policy, **environment)
        self.assertEqual(result["verdict"], "error", result)
        self.assertIn(text, result["stderr"])
        return result
