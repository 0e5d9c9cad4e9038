#!/usr/bin/env python3
"""Gateways of the kind sql to sqlite."""
import os
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
