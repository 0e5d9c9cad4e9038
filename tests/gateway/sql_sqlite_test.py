#!/usr/bin/env python3
"""Gateways of the kind sql to sqlite."""
import contextlib
import os
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sql_cases import HEAD, IMMURE, Case, Engine  # noqa: E402


class Sqlite(Engine, Case):
    engine = "sqlite"
    slow = ("with recursive n(i) as (select 1 union all select i + 1 from n) "
            "select count(*) from n")
    endless = ("with recursive n(i) as (select 1 union all select i + 1 from "
               "n) select i from n")
    large = "select hex(zeroblob(10000000))"
    writes = ["insert into t values (9, 'x')", "update t set name = 'x'",
              "delete from t", "drop table t", "create table u (id integer)",
              "create temp table u (id integer)", "pragma user_version = 7",
              "with x as (select 1) delete from t", "analyze",
              "alter table t rename to v", "pragma query_only = 0",
              "explain delete from t"]
    tricks = ["vacuum", "begin immediate", "select * from t; delete from t"]
    upserts = ["insert into t values (1, 'x') on conflict (id) do update set "
               "name = 'x'", "replace into t values (1, 'x')",
               "insert or replace into t values (1, 'x')"]
    never = ["attach '/etc/passwd' as x", "attach ':memory:' as x",
             "vacuum into '/tmp/immure-test-vacuum'", "detach main",
             "pragma database_list", "select * from pragma_database_list",
             "select load_extension('x')", "pragma writable_schema = 1",
             "pragma journal_mode = wal", "pragma temp_store_directory = 'x'",
             "select writefile('/tmp/immure-test', 'x')",
             "select readfile('/etc/passwd')",
             "create virtual table x using csv(filename='/etc/passwd')",
             "update sqlite_master set sql = ''",
             "delete from sqlite_master"]

    def setUp(self):
        super().setUp()
        self.path = os.path.join(self.folder, "data", "shop.db")
        os.mkdir(os.path.dirname(self.path))

    def where(self):
        return 'uri = "sqlite:data/shop.db"'

    def test_in_memory(self):
        done = subprocess.run(
            [IMMURE, "--grant", "db=sqlite::memory:", "-c", HEAD +
             "c = sql.connect('db')\nc.execute('create table t (i)')\n"
             "c.execute('insert into t values (1)')\n"
             "print(c.execute('select * from t').fetchall())\n"
             "told(lambda: sql.connect('db').execute('select * from t'))"],
            capture_output=True, text=True)
        self.assertEqual(done.stdout.splitlines()[0], "[(1,)]", done.stderr)
        self.assertIn("no such table", done.stdout)

    def test_no_path_is_told(self):
        self.table()
        lines = self.run_it(
            "c = sql.connect('db')\n"
            "for s in ('pragma database_list', 'select * from "
            "pragma_database_list', 'selct', 'pragma compile_options'):\n"
            "    told(lambda: c.execute(s).fetchall())")
        self.assertNotIn("shop.db", "\n".join(lines))

    def test_read_only_of_a_missing_file(self):
        lines = self.run_it("told(lambda: sql.connect('db').execute('select "
                            "* from t'))", "read_only = true")
        self.assertRegex(lines[0], "OperationalError: unable to open")

    def test_nested_deeply(self):
        """What calls itself in sqlite has a bound that its thread's stack
        holds; the broker, and what it keeps in memory, live on."""
        lines = self.run_it("""
c = sql.connect('db')
c.execute("create temp table kept as select 7 as i")
c.commit()
for text, values in (
        ("select ? like ?", ("a" * 30000, "%a" * 24999)),
        ("select ? glob ?", ("a" * 30000, "*a" * 24999)),
        ("with c0(x) as (select 1), " + ", ".join(
            "c%d(x) as (select x from c%d union select 1)" % (i, i - 1)
            for i in range(1, 900)) + " select * from c899", ()),
        ("select " + "(" * 5000 + "1" + ")" * 5000, ()),
        ("create table wide (a, %s)" % ", ".join(
            "b%d as (a)" % i for i in range(900)), ())):
    told(lambda: len(c.execute(text, values).fetchall()))
for i in range(120):
    c.execute("create temp table t%d (i)" % i)
for i in range(119):
    c.execute("create temp trigger g%d after insert on t%d begin "
              "insert into t%d values (new.i); end" % (i, i, i + 1))
told(lambda: c.execute("insert into t0 values (1)"))
c.rollback()
print(c.execute("select * from kept").fetchall())
""")
        self.assertEqual(lines[-1], "[(7,)]", lines)
        self.assertIn("trigger", lines[-2])

    def test_growth(self):
        """A file grows by a number of pages, and no more."""
        with contextlib.closing(sqlite3.connect(self.path)) as db:
            db.executescript("pragma page_size = 512; vacuum;"
                             "create table t (id integer, name)")
        lines = self.run_it("""
c = sql.connect('db')
def fill():
    for i in range(60):
        c.execute("insert into t values (?, zeroblob(1000000))", (100 + i,))
told(fill)
""")
        self.assertIn("full", lines[0])

    def test_locked(self):
        """One that waits for a lock gives up in time."""
        self.table()
        lines = self.run_it(
            "a, b = sql.connect('db'), sql.connect('db')\n"
            "a.execute('delete from t')\n"
            "told(lambda: b.execute('delete from t'))\na.rollback()\n"
            "told(lambda: b.execute('delete from t').rowcount)",
            'time = "500ms"')
        self.assertRegex(lines[0], "OperationalError: .*locked")
        self.assertEqual(lines[1], "2")


if __name__ == "__main__":
    unittest.main()
