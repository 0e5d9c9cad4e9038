#!/usr/bin/env python3
"""Gateways of the kinds clock and log.

Usage: services_test.py BUILD_DIR [unittest arguments]
"""
import json
import os
import tempfile
import time
import unittest

import guests


class Clock(guests.Case):
    policy = '[gateways.clock]\nkind = "clock"\n'

    def test_time(self):
        before = time.time()
        out = self.output("""
from immure.gateway import clock
import datetime
ns = clock.time_ns()
print(ns, clock.time(), clock.now().timestamp(), clock.now().tzinfo)
print(clock.now(datetime.timezone(datetime.timedelta(hours=2))).utcoffset())
""")
        after = time.time()
        ns, seconds, stamp, zone = out.split("\n")[0].split()
        for told in (int(ns) / 1e9, float(seconds), float(stamp)):
            self.assertTrue(before - 0.01 <= told <= after)
        self.assertEqual(int(ns) % 1000000, 0)
        self.assertEqual(zone, "UTC")
        self.assertIn("2:00:00", out)

    def test_grain(self):
        self.assertEqual(self.output(
            "from immure.gateway import clock\n"
            "print(clock.time_ns() % 60000000000)",
            self.policy + 'grain = "1m"'), "0\n")

    def test_none(self):
        for kind in ("clock.time()", "log.info('a')"):
            result = self.run_guest("from immure.gateway import clock, log\n"
                                    + kind, 'tenant = "a"')
            self.assertEqual(result["verdict"], "denied")


class Log(guests.Case):
    def setUp(self):
        self.file = tempfile.NamedTemporaryFile()
        self.addCleanup(self.file.close)
        self.policy = ('tenant = "shop"\n[gateways.log]\nkind = "log"\n'
                       'file = "%s"\ncalls = 100000\n' % self.file.name)

    def lines(self):
        with open(self.file.name, "rb") as f:
            data = f.read()
        self.assertTrue(all(0x20 <= c < 0x7f or c == 10 for c in data))
        return [json.loads(line) for line in data.splitlines()]

    def test_lines(self):
        self.output("""
from immure.gateway import log
for level in ("debug", "info", "warning", "error", "critical"):
    getattr(log, level)("text", number=1.5, flag=True, none=None, text="x")
log.write("info", "w")
import logging
logger = logging.getLogger("shop.cart")
logger.addHandler(log.handler())
logger.error("paid %d", 5)
""")
        lines = self.lines()
        self.assertEqual([line["level"] for line in lines],
                         ["debug", "info", "warning", "error", "critical",
                          "info", "error"])
        self.assertEqual(lines[0]["fields"], {"number": 1.5, "flag": True,
                                              "none": None, "text": "x"})
        self.assertEqual(lines[6]["text"], "paid 5")
        self.assertEqual(lines[6]["fields"]["logger"], "shop.cart")
        self.assertEqual({line["tenant"] for line in lines}, {"shop"})
        self.assertEqual({line["gateway"] for line in lines}, {"log"})

    def test_forging(self):
        self.output(r"""
from immure.gateway import log
log.info('a"}\n{"time":"2020-01-01T00:00:00Z","tenant":"other","level":"critical","text":"forged"}')
log.info("\r\n\x1b[2J\x1b]0;title\x07\x7f\x9b\u2028\u202e\0caf\xe9 \U0001f600")
log.info("\udc80", a="\ud800")
log.info("t", **{"tenant": "other", "time": "x", "level": "y", "a\n\"": "b\n"})
""")
        lines = self.lines()
        self.assertEqual(len(lines), 4)
        self.assertEqual(lines.pop(2)["text"], "?")
        self.assertEqual({line["tenant"] for line in lines}, {"shop"})
        self.assertIn("forged", lines[0]["text"])
        self.assertEqual(lines[2]["fields"]["tenant"], "other")
        self.assertEqual(list(lines[0]), ["time", "tenant", "gateway", "job",
                                          "level", "text", "fields"])

    def test_nobody_reads(self):
        """Lines go to the operator's stderr, a pipe that is full."""
        policy = ('[gateways.log]\nkind = "log"\n'
                  '[gateways.clock]\nkind = "clock"\n')
        process = guests.start(policy, """
from immure.gateway import GatewayError, clock, log
lost = 0
for _ in range(40):
    try: log.info("x" * 8000)
    except GatewayError: lost += 1
print(0 < lost < 40, clock.time() > 0)
""")
        out = process.stdout.read()     # and no byte of stderr before
        guests.result_of(process)
        self.assertEqual(json.loads(out)["stdout"], "True True\n")

    def test_refused(self):
        self.assertEqual(self.output(r"""
from immure.gateway import log, exchange, GatewayError
def refused(do, *args, **kwargs):
    try: do(*args, **kwargs)
    except GatewayError: print("refused")
refused(log.info, "x" * 9000)
refused(log.info, "x", a="y" * 9000)
refused(log.info, "x", a=[1])
refused(log.info, "x", **{"f%d" % i: i for i in range(33)})
refused(log.info, "x", **{"f" * 65: 1})
refused(log.write, "fatal", "x")
for data in (b"", b"[]", b"{}", b'{"level": "info"}', b'{"level": "info", "text": 1, "fields": {}}',
             b'{"level": "info", "text": "a", "fields": []}', b"[" * 100000,
             b'{"level": "info", "text": "a", "fields": {}}\n{}', b'{"level": "info", "text": "\xff", "fields": {}}'):
    refused(exchange, "log", data)
log.info("x" * 8000)
"""), "refused\n" * 15)
        self.assertEqual(len(self.lines()), 1)

    def test_together(self):
        runs = [guests.start(self.policy, "from immure.gateway import log\n"
                             "for i in range(100): log.info('%d' * 500)" % n)
                for n in range(3)]
        for run in runs:
            self.assertEqual(guests.result_of(run)["verdict"], "ok")
        self.assertEqual(len(self.lines()), 300)

    def test_no_room(self):
        self.fails("from immure.gateway import log\nlog.info('a')",
                   "No space left",
                   '[gateways.log]\nkind = "log"\nfile = "/dev/full"')

    def test_no_file(self):
        result = self.run_guest("1", '[gateways.log]\nkind = "log"\n'
                                'file = "/nowhere/at/all"')
        self.assertIn("/nowhere/at/all", result["stderr"])

    def test_stderr(self):
        result = self.run_guest("from immure.gateway import log\n"
                                "log.info('a')",
                                '[gateways.log]\nkind = "log"')
        self.assertEqual(result["verdict"], "ok")
        self.assertEqual(result["stderr"], "")

    def test_mode(self):
        os.unlink(self.file.name)
        self.output("from immure.gateway import log\nlog.info('a')")
        self.assertEqual(os.stat(self.file.name).st_mode & 0o777, 0o600)


if __name__ == "__main__":
    unittest.main(argv=["services_test.py"] + guests.sys.argv[2:])
