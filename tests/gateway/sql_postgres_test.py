#!/usr/bin/env python3
"""Gateways of the kind sql to PostgreSQL."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import databases  # noqa: E402
from sql_cases import Case, WithServer  # noqa: E402


class Postgres(WithServer, Case):
    kind, engine = databases.Postgres, "postgresql"
    slow = "select pg_sleep(10)"
    endless = ("select 1 from generate_series(1, 10000) as a, "
               "generate_series(1, 10000) as b")
    large = "select repeat('x', 20000000)"
    writes = ["insert into t values (9, 'x')", "update t set name = 'x'",
              "delete from t", "truncate t", "drop table t",
              "create table u (id integer)", "select 1 into u",
              "with x as (delete from t returning *) select * from x",
              "explain analyze delete from t", "set transaction read write",
              "do $$ begin delete from t; end $$", "call f()",
              "copy t to stdout", "lock table t", "vacuum", "listen x",
              "set default_transaction_read_only = off",
              "(with x as (delete from t returning *) select * from x)"]
    tricks = ["select set_config('transaction_read_only', 'off', false)",
              "select set_config('transaction_read_only', 'off', true)",
              "select nextval('nowhere')",
              "select 1; delete from t", "commit; delete from t"]
    upserts = ["insert into t values (1, 'x') on conflict (id) do update set "
               "name = 'x'",
               "with x as (delete from t returning *) insert into t select "
               "id + 10, name from x",
               "select * into v from t"]
    never = ["begin", "commit", "rollback", "end", "abort", "start "
             "transaction", "copy t from stdin", "copy t to stdout",
             "select 1; select 2", "listen x", "set role postgres", "do $$ "
             "begin end $$", "prepare x as select 1", "discard all"]

    def test_lexer(self):
        """What is quoted is no word, and what is not is one."""
        self.table()
        lines = self.run_it(
            "c = sql.connect('db')\n"
            "for s in %r: told(lambda: c.execute(s).fetchall()); c.rollback()"
            % ([r"select 'delete', $$delete$$, $a$ ; delete $a$, E'\'; delete'"
                r" -- delete" "\n/* /* delete */ delete */",
                'select 1 as "delete"', "select id from t for update",
                "select id from t for no key update",
                r"with x as (select E'\\') delete from t where name = '' "
                r"returning 1", "with x as (select $b$ $c$ $b$) delete from t"
                " returning 1", "with x as (select '\\') delete from t where "
                "'' = '' returning 1"],), 'statements = ["select"]')
        self.assertEqual(lines[:4], [
            "[('delete', 'delete', ' ; delete ', \"'; delete\")]", "[(1,)]",
            "[(1,), (2,)]", "[(1,), (2,)]"])
        for line in lines[4:]:
            self.assertRegex(line, "Refused: .*delete")

    def test_strings_stay_standard(self):
        self.table()
        lines = self.run_it(
            "c = sql.connect('db')\n"
            "c.execute(\"select set_config('standard_conforming_strings', "
            "'off', false)\")\n"
            "told(lambda: c.execute(\"with x as (select '\\\\' delete from t "
            "--')\"))", 'statements = ["select"]')
        self.assertRegex(lines[0], r"(Refused|\w+Error): .*")

    def test_failed_transaction(self):
        self.table()
        lines = self.run_it(
            "c = sql.connect('db')\nc.execute('delete from t')\n"
            "told(lambda: c.execute('select from where'))\n"
            "told(lambda: c.execute('select 1'))\ntold(c.commit)\n"
            "told(lambda: c.execute('select count(*) from t').fetchall())")
        self.assertRegex(lines[1], "InternalError: .*aborted")
        self.assertRegex(lines[2], "InternalError: .*rolled back")
        self.assertEqual(lines[3], "[(2,)]")


if __name__ == "__main__":
    unittest.main()
