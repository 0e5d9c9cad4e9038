"""PEP 249, as a guest has it: the same for every engine.  Prints one line a
check: its name, and "ok" or what is wrong."""
import datetime
import decimal
import sys
import unittest

from immure.gateway import sql

SCHEMA = ("create table booze (id integer primary key, name varchar(40) "
          "not null unique, price numeric(10, 2), weight double precision, "
          "made date, seen timestamp %s, label %s)")
TYPES = {"sqlite": ("", "blob"), "postgresql": ("", "bytea"),
         "mariadb": ("null", "blob")}


class Case(unittest.TestCase):
    def setUp(self):
        self.conn = sql.connect("db")
        self.cur = self.conn.cursor()
        self.cur.execute("drop table if exists booze")
        self.cur.execute(SCHEMA % TYPES[self.conn.engine])
        self.conn.commit()

    def tearDown(self):
        try:
            self.conn.rollback()
            self.cur.execute("drop table if exists booze")
            self.conn.commit()
        except sql.Error:
            pass
        self.conn.close()

    def fill(self, names=("Absinth", "Bock", "Cider", "Dunkel", "Export")):
        self.cur.executemany("insert into booze (id, name) values (?, ?)",
                             list(enumerate(names)))
        return list(names)


class Module(Case):
    def test_globals(self):
        self.assertEqual(sql.apilevel, "2.0")
        self.assertIn(sql.threadsafety, (0, 1, 2, 3))
        self.assertEqual(sql.paramstyle, "qmark")

    def test_exceptions(self):
        self.assertTrue(issubclass(sql.Warning, Exception))
        self.assertTrue(issubclass(sql.Error, Exception))
        for name in ("InterfaceError", "DatabaseError"):
            self.assertTrue(issubclass(getattr(sql, name), sql.Error))
        for name in ("DataError", "OperationalError", "IntegrityError",
                     "InternalError", "ProgrammingError",
                     "NotSupportedError"):
            self.assertTrue(issubclass(getattr(sql, name),
                                       sql.DatabaseError))
            self.assertIs(getattr(self.conn, name), getattr(sql, name))

    def test_constructors(self):
        self.assertEqual(sql.Date(2002, 12, 25),
                         datetime.date(2002, 12, 25))
        self.assertEqual(sql.Time(13, 45, 30), datetime.time(13, 45, 30))
        self.assertEqual(sql.Timestamp(2002, 12, 25, 13, 45, 30),
                         datetime.datetime(2002, 12, 25, 13, 45, 30))
        self.assertEqual(sql.Binary(b"x\0"), b"x\0")
        self.assertEqual(sql.DateFromTicks(0), sql.Date(1970, 1, 1))
        self.assertEqual(sql.TimeFromTicks(61), sql.Time(0, 1, 1))
        self.assertEqual(sql.TimestampFromTicks(61),
                         sql.Timestamp(1970, 1, 1, 0, 1, 1))

    def test_type_objects(self):
        self.cur.execute("select * from booze")
        codes = [column[1] for column in self.cur.description]
        kinds = (sql.STRING, sql.BINARY, sql.NUMBER, sql.DATETIME, sql.ROWID)
        self.assertEqual([[kind for kind in kinds if code == kind]
                          for code in codes],
                         [[sql.NUMBER], [sql.STRING], [sql.NUMBER],
                          [sql.NUMBER], [sql.DATETIME], [sql.DATETIME],
                          [sql.BINARY]])


class Connections(Case):
    def test_commit_and_rollback(self):
        self.fill()
        self.conn.rollback()
        self.assertEqual(self.cur.execute("select * from booze").fetchall(),
                         [])
        self.fill()
        self.conn.commit()
        self.conn.rollback()
        other = sql.connect("db")
        self.assertEqual(
            other.execute("select count(*) from booze").fetchone(), (5,))
        other.close()

    def test_nothing_is_seen_before_commit(self):
        self.fill()
        other = sql.connect("db")
        self.assertEqual(
            other.execute("select count(*) from booze").fetchone(), (0,))
        other.close()

    def test_close(self):
        self.fill()
        self.conn.close()
        for use in (self.conn.cursor, self.conn.commit, self.conn.rollback,
                    lambda: self.cur.execute("select 1")):
            self.assertRaises(sql.Error, use)
        self.conn.close()
        self.conn = sql.connect("db")
        self.cur = self.conn.cursor()
        self.assertEqual(
            self.cur.execute("select count(*) from booze").fetchone(), (0,))

    def test_context(self):
        with self.assertRaises(ZeroDivisionError):
            with self.conn:
                self.fill()
                1 / 0
        with self.conn as same:
            self.assertIs(same, self.conn)
            self.fill(("one",))
        self.conn.rollback()
        self.assertEqual(
            self.cur.execute("select name from booze").fetchall(),
            [("one",)])

    def test_autocommit(self):
        self.conn.autocommit = True
        self.fill()
        self.conn.rollback()
        self.assertEqual(
            self.cur.execute("select count(*) from booze").fetchone(), (5,))

    def test_savepoint(self):
        self.fill(("one",))
        self.cur.execute("savepoint here")
        self.cur.execute("insert into booze (id, name) values (7, 'two')")
        self.cur.execute("rollback to here")
        self.cur.execute("release savepoint here")
        self.conn.commit()
        self.assertEqual(
            self.cur.execute("select name from booze").fetchall(),
            [("one",)])


class Cursors(Case):
    def test_isolation(self):
        """Cursors of one connection see each other's changes."""
        self.fill(("one",))
        self.assertEqual(self.conn.cursor().execute(
            "select name from booze").fetchall(), [("one",)])

    def test_description(self):
        self.assertIsNone(self.cur.description)
        self.fill(("one",))
        self.assertIsNone(self.cur.description)
        self.cur.execute("select name, id as n from booze")
        self.assertEqual([len(each) for each in self.cur.description],
                         [7, 7])
        self.assertEqual([each[0] for each in self.cur.description],
                         ["name", "n"])
        self.cur.execute("delete from booze")
        self.assertIsNone(self.cur.description)

    def test_rowcount(self):
        self.assertEqual(self.cur.rowcount, -1)
        self.fill()
        self.assertEqual(self.cur.rowcount, 5)
        self.cur.execute("update booze set price = 1 where id < ?", (3,))
        self.assertEqual(self.cur.rowcount, 3)
        self.cur.execute("update booze set price = 1")
        self.assertEqual(self.cur.rowcount, 5)
        self.cur.execute("delete from booze where id = 100")
        self.assertEqual(self.cur.rowcount, 0)
        self.cur.execute("select * from booze")
        self.assertEqual(self.cur.rowcount, 5)

    def test_fetchone(self):
        self.assertRaises(sql.Error, self.cur.fetchone)
        self.fill(("one",))
        self.assertRaises(sql.Error, self.cur.fetchone)
        self.cur.execute("select name from booze where name = ?", ("no",))
        self.assertIsNone(self.cur.fetchone())
        self.cur.execute("select name from booze")
        self.assertEqual(self.cur.fetchone(), ("one",))
        self.assertIsNone(self.cur.fetchone())

    def test_fetchmany(self):
        self.assertRaises(sql.Error, self.cur.fetchmany, 4)
        names = self.fill()
        self.cur.execute("select name from booze order by id")
        self.assertEqual(self.cur.fetchmany(), [(names[0],)])
        self.assertEqual(len(self.cur.fetchmany(3)), 3)
        self.assertEqual(len(self.cur.fetchmany(3)), 1)
        self.assertEqual(self.cur.fetchmany(3), [])
        self.cur.arraysize = 2
        self.cur.execute("select name from booze")
        self.assertEqual(len(self.cur.fetchmany()), 2)

    def test_fetchall(self):
        self.assertRaises(sql.Error, self.cur.fetchall)
        names = self.fill()
        self.cur.execute("select name from booze order by id")
        self.assertEqual(self.cur.fetchall(), [(each,) for each in names])
        self.assertEqual(self.cur.fetchall(), [])
        self.cur.execute("select name from booze order by id")
        self.cur.fetchone()
        self.assertEqual(len(self.cur.fetchall()), 4)

    def test_iteration(self):
        names = self.fill()
        self.cur.execute("select name from booze order by id")
        self.assertEqual([name for name, in self.cur], names)

    def test_interleaved(self):
        self.fill()
        one, two = self.conn.cursor(), self.conn.cursor()
        one.execute("select id from booze order by id")
        two.execute("select id from booze order by id desc")
        self.assertEqual([(one.fetchone(), two.fetchone())
                          for _ in range(5)],
                         [((n,), (4 - n,)) for n in range(5)])

    def test_closed(self):
        self.cur.close()
        self.assertRaises(sql.Error, self.cur.execute, "select 1")
        self.assertRaises(sql.Error, self.cur.fetchall)
        self.cur = self.conn.cursor()

    def test_sizes(self):
        self.cur.setinputsizes((25,))
        self.cur.setoutputsize(1000, 1)

    def test_executemany(self):
        self.cur.executemany("insert into booze (id, name) values (?, ?)", [])
        self.assertEqual(self.cur.rowcount, 0)
        self.cur.executemany("insert into booze (id, name) values (?, ?)",
                             ((n, "n%d" % n) for n in range(300)))
        self.assertEqual(self.cur.rowcount, 300)
        self.assertRaises(sql.Error, self.cur.executemany,
                          "select * from booze where id = ?", [(1,), (2,)])

    def test_lastrowid(self):
        if self.conn.engine == "sqlite":
            self.cur.execute("insert into booze (name) values ('x')")
            self.assertEqual(self.cur.lastrowid, 1)


class Values(Case):
    def there_and_back(self, column, value):
        self.cur.execute("delete from booze")
        self.cur.execute("insert into booze (id, name, %s) values (1, 'x', ?)"
                         % column if column != "name" else
                         "insert into booze (id, name) values (1, ?)",
                         (value,))
        return self.cur.execute("select %s from booze" % column).fetchone()[0]

    def same(self, column, *values):
        for value in values:
            got = self.there_and_back(column, value)
            self.assertEqual((got, type(got)), (value, type(value)))

    def test_texts(self):
        self.same("name", "", "x", "it's", 'a "quote"', "back\\slash", "%s ?",
                  "\u20ac \U0001f600", "line\nline\ttab", "';--", "a" * 40,
                  "\x01\x7f")

    def test_numbers(self):
        for value in (0, -1, 2 ** 31 - 1, -2 ** 31):
            self.cur.execute("delete from booze")
            self.cur.execute("insert into booze (id, name) values (?, 'x')",
                             (value,))
            self.assertEqual(
                self.cur.execute("select id from booze").fetchone(), (value,))
        self.same("weight", 0.5, -1e300, 1 / 3, 1e-300, 2.0)
        self.same("price", decimal.Decimal("12345678.25"),
                  decimal.Decimal("-0.01"))

    def test_bytes(self):
        self.same("label", b"", b"\0\xff", bytes(range(256)) * 40)
        self.assertEqual(self.there_and_back("label", bytearray(b"x")), b"x")

    def test_times(self):
        self.same("made", sql.Date(2020, 2, 29), sql.Date(1, 1, 1))
        self.same("seen", sql.Timestamp(2020, 2, 29, 23, 59, 59))

    def test_null(self):
        for column in ("price", "weight", "made", "seen", "label"):
            self.assertIsNone(self.there_and_back(column, None))

    def test_large_numbers(self):
        self.cur.execute("select %s" % (2 ** 63 - 1))
        self.assertEqual(self.cur.fetchone(), (2 ** 63 - 1,))

    def test_what_has_no_place(self):
        for value in (object(), [1], {"a": 1}, 1j):
            self.assertRaises(sql.Error, self.there_and_back, "name", value)
        self.assertRaises(sql.Error, self.there_and_back, "name", "\ud800")

    def test_as_query(self):
        self.fill()
        self.assertEqual(
            self.cur.execute("select name from booze where id = ? or name = ?"
                             " order by id", (1, "Dunkel")).fetchall(),
            [("Bock",), ("Dunkel",)])


class Errors(Case):
    def refused(self, error, statement, *values):
        with self.assertRaises(error) as caught:
            self.cur.execute(statement, values)
        self.assertIsInstance(caught.exception, error)
        self.conn.rollback()
        return caught.exception

    def test_statements(self):
        for text in ("selct 1", "select * from nowhere",
                     "select nothing from booze", "", "   -- comment"):
            self.refused(sql.ProgrammingError, text)
        self.cur.execute("select 1;  -- and a comment")
        self.cur.execute("/* comment */ select 1")

    def test_values(self):
        self.refused(sql.ProgrammingError, "select ?")
        self.refused(sql.ProgrammingError, "select ?", 1, 2)
        self.refused(sql.ProgrammingError, "select 1", 1)
        for wrong in ("text", {"a": 1}, 7):
            self.assertRaises(sql.ProgrammingError, self.cur.execute,
                              "select ?", wrong)

    def test_integrity(self):
        self.fill(("one",))
        self.conn.commit()
        insert = "insert into booze (id, name) values (?, ?)"
        self.refused(sql.IntegrityError, insert, 0, "two")
        self.refused(sql.IntegrityError, insert, 5, "one")
        self.refused(sql.IntegrityError, insert, 6, None)

    def test_two_statements(self):
        for text in ("select 1; select 2",
                     "select 1; drop table booze",
                     "select 1 /* ; */ ; ; delete from booze"):
            self.refused(sql.ProgrammingError, text)
        self.cur.execute("select count(*) from booze")

    def test_transactions_are_the_connections(self):
        for text in ("begin", "commit", "rollback", "BEGIN; ", "end",
                     "/* x */ Commit"):
            self.refused(sql.ProgrammingError, text)

    def test_it_goes_on_after_an_error(self):
        self.refused(sql.ProgrammingError, "selct 1")
        self.assertEqual(self.cur.execute("select 1").fetchone(), (1,))

    def test_code(self):
        error = self.refused(sql.ProgrammingError, "select from where")
        self.assertIs(type(error), sql.ProgrammingError)
        self.assertTrue(error.code)


class Injection(Case):
    ATTACKS = ("'; drop table booze; --", "' or '1'='1", "\\' or 1=1 -- ",
               "x\\", "\u02bc or 1=1", "%27 or 1=1", "?", "$1", "a\\'b",
               "/*!50000 drop table booze */", "\xbf\x27 or 1=1 -- ")

    def test_values_are_values(self):
        self.cur.executemany("insert into booze (id, name) values (?, ?)",
                             list(enumerate(self.ATTACKS)))
        for at, text in enumerate(self.ATTACKS):
            self.assertEqual(
                self.cur.execute("select id, name from booze where name = ?",
                                 (text,)).fetchall(), [(at, text)])

    def test_placeholders_in_texts(self):
        self.assertEqual(
            self.cur.execute("select '?', ?, 'it''s ?' /* ? */ -- ?",
                             ("x",)).fetchone(), ("?", "x", "it's ?"))


def main():
    loader, failed = unittest.TestLoader(), 0
    for suite in loader.loadTestsFromModule(sys.modules["__main__"]):
        for case in suite:
            result = unittest.TestResult()
            case.run(result)
            wrong = [text for _, text in result.failures + result.errors]
            print("%s.%s: %s" % (type(case).__name__, case._testMethodName,
                                 wrong[0].strip().replace("\n", " | ")
                                 if wrong else "ok"))
            failed += bool(wrong)
    return failed > 0


if __name__ == "__main__":
    main()
