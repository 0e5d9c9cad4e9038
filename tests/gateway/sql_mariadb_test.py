#!/usr/bin/env python3
"""Gateways of the kind sql to MariaDB."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import databases  # noqa: E402
from sql_cases import Case, WithServer  # noqa: E402


class MariaDB(WithServer, Case):
    kind, engine = databases.MariaDB, "mariadb"
    slow = "select sleep(10) from (select 1 union select 2) as x"
    endless = "select seq from seq_1_to_1000000000"
    large = "select repeat('x', 8000000), repeat('y', 8000000)"
    writes = ["insert into t values (9, 'x')", "update t set name = 'x'",
              "delete from t", "truncate t", "drop table t",
              "create table u (id integer)", "replace into t values (1, 'x')",
              "set transaction read write", "lock tables t write",
              "call f()", "handler t open", "flush tables",
              "select 1 into @x", "set autocommit = 1", "kill 1",
              "select 1 into outfile '/tmp/immure-test-outfile'",
              "execute immediate 'delete from t'", "load data local infile "
              "'/etc/passwd' into table t", "alter table t add x integer"]
    tricks = ["select 1 /*! into outfile '/tmp/immure-test-outfile' */",
              "/*!50000 delete from t */", "/*M! delete from t */",
              "select 1; delete from t", "commit; delete from t",
              "begin not atomic delete from t; end", "xa start 'x'",
              "select nextval(t)"]
    upserts = ["insert into t values (1, 'x') on duplicate key update name = "
               "'x'", "replace into t values (1, 'x')",
               "insert into t values (1, 'x') --\x01'\n on duplicate key "
               "update name = 'x' -- '"]
    never = ["begin", "commit", "rollback", "start transaction", "select 1; "
             "select 2", "set global general_log = 1", "use mysql",
             "load data local infile '/etc/passwd' into table t",
             "load data infile '/etc/passwd' into table t", "shutdown",
             "select load_file('/etc/passwd') from nowhere", "xa recover",
             "/*! select 1 */"]

    def test_no_file_of_the_broker(self):
        """Even if the policy lets all: a server may not ask for one."""
        self.table()
        lines = self.run_it(
            "c = sql.connect('db')\ntold(lambda: c.execute(\"load data local "
            "infile '/etc/passwd' into table t\").rowcount)",
            'statements = ["select", "insert", "update", "delete", "schema", '
            '"other"]')
        self.assertRegex(lines[0], r"\w+Error: .*")
        self.assertEqual(self.contents(), "[(1, 'a'), (2, 'b')]")

    def test_lexer(self):
        self.table()
        lines = self.run_it(
            "c = sql.connect('db')\n"
            "for s in %r: told(lambda: c.execute(s).fetchall()); c.rollback()"
            % ([r"select 'delete \' delete', " '"delete"' " # delete\n",
                "select 1 as `delete` -- delete", "select 3 --2",
                "select id from t for update",
                "with x as (select '\\\\') delete from t returning 1",
                "explain delete from t"],), 'statements = ["select"]')
        self.assertEqual(lines[:4], [
            "[(\"delete ' delete\", 'delete')]", "[(1,)]", "[(5,)]",
            "[(1,), (2,)]"])
        for line in lines[4:]:
            self.assertRegex(line, "Refused: .*delete")


if __name__ == "__main__":
    unittest.main()
