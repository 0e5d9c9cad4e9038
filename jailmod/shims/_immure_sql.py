"""Databases outside the jail, by PEP 249.

    from immure.gateway import sql
    with sql.connect("myslave") as conn:
        cursor = conn.execute("select name from people where age > ?", (40,))
        for (name,) in cursor:
            print(name)

A gateway of the policy, [gateways.myslave] kind = "sql", is what connect()
reaches.  Values are bound by the database; they never become part of a
statement.  A transaction begins with the first statement, and what is not
committed at the end of the job is rolled back.
"""
import binascii
import datetime
import decimal
import json
import time
import uuid

import _immure_gateway
from _jail import JailDenied

__all__ = [
    "BINARY", "Binary", "Connection", "Cursor", "DATETIME", "DataError",
    "DatabaseError", "Date", "DateFromTicks", "Error", "IntegrityError",
    "InterfaceError", "InternalError", "NUMBER", "NotSupportedError",
    "OperationalError", "ProgrammingError", "ROWID", "Refused", "STRING",
    "Time", "TimeFromTicks", "Timestamp", "TimestampFromTicks", "Warning",
    "apilevel", "connect", "paramstyle", "threadsafety"]

apilevel = "2.0"
threadsafety = 1
paramstyle = "qmark"


class _Named:
    """Exceptions are known by the name that programs import them by."""

    def __init_subclass__(cls, **kwargs):
        cls.__module__ = "immure.gateway.sql"


class Warning(_Named, Exception):
    """Something of importance happened, and no error."""


class Error(_Named, Exception):
    """What all errors of this module are.  `code` is the database's own:
    SQLSTATE, or a number of sqlite's; or ""."""

    code = ""


class InterfaceError(Error):
    """Of this module's use, and not of the database."""


class DatabaseError(Error):
    """Of the database."""


class DataError(DatabaseError):
    """A value is out of range, too long, or not what it should be; or the
    result is over what the policy allows."""


class OperationalError(DatabaseError):
    """The database is not there, was lost, or took too long."""


class IntegrityError(DatabaseError):
    """A key or another constraint forbids it."""


class InternalError(DatabaseError):
    """The transaction is out of order, or the database is."""


class ProgrammingError(DatabaseError):
    """A statement that is none, a table that is not there, a wrong number of
    values."""


class NotSupportedError(DatabaseError):
    """The database can't do this."""


class Refused(ProgrammingError, JailDenied):
    """The policy of the gateway does not let it."""


_ERRORS = {error.__name__: error for error in (
    InterfaceError, DatabaseError, DataError, OperationalError,
    IntegrityError, InternalError, ProgrammingError, NotSupportedError)}


# --- types ---------------------------------------------------------------------

Date = datetime.date
Time = datetime.time
Timestamp = datetime.datetime
Binary = bytes


def DateFromTicks(ticks):
    return Date(*time.localtime(ticks)[:3])


def TimeFromTicks(ticks):
    return Time(*time.localtime(ticks)[3:6])


def TimestampFromTicks(ticks):
    return Timestamp(*time.localtime(ticks)[:6])


class _Type:
    """Equal to the type codes of its columns."""

    def __init__(self, name, *codes):
        self.name, self.codes = name, frozenset(codes)

    def __repr__(self):
        return self.name

    def __eq__(self, other):
        if isinstance(other, _Type):
            return self.codes == other.codes
        return other in self.codes if isinstance(other, str) else \
            NotImplemented

    def __hash__(self):
        return hash(self.codes)


STRING = _Type("STRING", "text")
BINARY = _Type("BINARY", "bytes")
NUMBER = _Type("NUMBER", "int", "float", "decimal", "bool")
DATETIME = _Type("DATETIME", "date", "time", "timestamp")
ROWID = _Type("ROWID", "rowid")


# --- values ----------------------------------------------------------------------

def _plain(value):
    return value


def _int(value):
    if -2 ** 63 <= value < 2 ** 63:
        return int(value)
    return {"n": str(int(value))}


def _float(value):
    if value - value == 0:
        return float(value)
    return {"f": repr(float(value))}


def _text(value):
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DataError("a text that is no UTF-8: %s" % error) from None
    return str(value)


def _bytes(value):
    return {"b": binascii.b2a_base64(value, newline=False).decode("ascii")}


def _interval(value):
    sign = "-" if value < datetime.timedelta(0) else ""
    value = abs(value)
    minutes, seconds = divmod(value.days * 86400 + value.seconds, 60)
    return {"t": "%s%02d:%02d:%02d.%06d" % (sign, *divmod(minutes, 60),
                                            seconds, value.microseconds)}


# The first that fits: a datetime is a date, too.
_ENCODERS = (
    (bool, bool),
    (int, _int),
    (float, _float),
    (str, _text),
    ((bytes, bytearray, memoryview), _bytes),
    (datetime.datetime, lambda value: {"s": value.isoformat(" ")}),
    (datetime.date, lambda value: {"d": value.isoformat()}),
    (datetime.time, lambda value: {"t": value.isoformat()}),
    (datetime.timedelta, _interval),
    (decimal.Decimal, lambda value: {"n": str(value)}),
    (uuid.UUID, str),
)
_EXACT = {type(None): _plain, bool: _plain, int: _int, float: _float,
          str: _text, bytes: _bytes}


def _encode(value):
    encode = _EXACT.get(type(value))
    if encode is not None:
        return encode(value)
    for types, encode in _ENCODERS:
        if isinstance(value, types):
            return encode(value)
    raise ProgrammingError("a value of the type %s has no place in a database"
                           % type(value).__name__)


def _time(text):
    """A time of the day; what is longer, or below zero, is a duration."""
    try:
        return Time.fromisoformat(text)
    except ValueError:
        hours, minutes, seconds = text.lstrip("-").split(":")
        value = datetime.timedelta(hours=int(hours), minutes=int(minutes),
                                   seconds=float(seconds))
        return -value if text.startswith("-") else value


_DECODERS = {
    "b": binascii.a2b_base64, "n": decimal.Decimal, "d": Date.fromisoformat,
    "t": _time, "s": Timestamp.fromisoformat, "f": float}


def _decode(value):
    if type(value) is not dict:
        return value
    (tag, text), = value.items()
    try:
        return _DECODERS[tag](text)
    except (ValueError, ArithmeticError):
        return text     # a date that Python does not have


def _code_of(rows, column):
    """The type code of a column that was declared as nothing."""
    for row in rows:
        value = row[column]
        if value is None:
            continue
        for types, code in ((bool, "bool"), (int, "int"), (float, "float"),
                            (bytes, "bytes")):
            if isinstance(value, types):
                return code
        break
    return "text"


def _values(parameters):
    if isinstance(parameters, (str, bytes, dict)):
        raise ProgrammingError("parameters are a sequence of values, one for "
                               "each ? of the statement; not %s"
                               % type(parameters).__name__)
    try:
        return [_encode(value) for value in parameters]
    except TypeError:
        raise ProgrammingError("parameters are a sequence of values, not %s"
                               % type(parameters).__name__) from None


# --- connections -------------------------------------------------------------------

def _ask(name, **request):
    """What the gateway says to a request."""
    data = json.dumps(request, separators=(",", ":")).encode("ascii")
    try:
        answer = json.loads(_immure_gateway.exchange(name, data))
    except _immure_gateway.GatewayError as error:
        raise OperationalError(str(error)) from None
    except JailDenied as refusal:
        error = Refused(str(refusal))
        for part in ("what", "layer", "rule", "fix"):
            setattr(error, part, getattr(refusal, part, ""))
        raise error from None
    except OSError as error:
        raise DataError("a request that is too large: %s" % error) from None
    if "error" in answer:
        error = _ERRORS.get(answer["error"], DatabaseError)(answer["text"])
        error.code = answer["code"]
        raise error
    return answer


def connect(name, *, autocommit=False):
    """A connection by the gateway NAME.  With autocommit, each statement is
    a transaction."""
    return Connection(name, autocommit)


class Connection:
    """Made by connect()."""

    Warning, Error, InterfaceError = Warning, Error, InterfaceError
    DatabaseError, DataError = DatabaseError, DataError
    OperationalError, IntegrityError = OperationalError, IntegrityError
    InternalError, ProgrammingError = InternalError, ProgrammingError
    NotSupportedError = NotSupportedError

    def __init__(self, name, autocommit):
        self._name, self._number = name, None
        opened = _ask(name, op="open")
        self._number = opened["conn"]
        #: "sqlite", "postgresql" or "mariadb".
        self.engine = opened["engine"]
        self._autocommit = bool(autocommit)

    def _ask(self, op, **request):
        if self._number is None:
            raise ProgrammingError("the connection is closed")
        return _ask(self._name, op=op, conn=self._number, **request)

    @property
    def autocommit(self):
        return self._autocommit

    @autocommit.setter
    def autocommit(self, on):
        if on and not self._autocommit:
            self.commit()
        self._autocommit = bool(on)

    def cursor(self):
        if self._number is None:
            raise ProgrammingError("the connection is closed")
        return Cursor(self)

    def commit(self):
        self._ask("commit")

    def rollback(self):
        self._ask("rollback")

    def close(self):
        """What is not committed is rolled back."""
        if self._number is not None:
            try:
                self._ask("close")
            except Error:
                pass    # lost: as closed as it can be
            self._number = None

    def execute(self, operation, parameters=()):
        """A cursor's execute(); the cursor."""
        return self.cursor().execute(operation, parameters)

    def executemany(self, operation, rows):
        return self.cursor().executemany(operation, rows)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        """Commit, or roll back after an exception; it stays open."""
        if kind is None:
            self.commit()
        else:
            try:
                self.rollback()
            except Error:
                pass    # the exception that is on its way says more
        return False


class Cursor:
    """Made by Connection.cursor()."""

    def __init__(self, connection):
        self.connection = connection
        self.arraysize = 1
        self._closed = False
        self._forget()

    def _forget(self):
        self.description = self.lastrowid = self._rows = None
        self.rowcount, self.rownumber = -1, None

    def _check(self):
        if self._closed:
            raise ProgrammingError("the cursor is closed")

    def _run(self, operation, rows, many):
        self._check()
        self._forget()
        if not isinstance(operation, str):
            raise ProgrammingError("a statement is a text, not %s"
                                   % type(operation).__name__)
        got = self.connection._ask(
            "execute", sql=_text(operation), rows=rows, many=many,
            commit=self.connection.autocommit)
        self.rowcount = got["count"]
        self.lastrowid = got["last"] if got["last"] >= 0 else None
        if got["columns"] is not None:
            self._take(got)
        return self

    def _take(self, got):
        decoded = [tuple(map(_decode, row)) for row in got["rows"]]
        self.description = tuple(
            (name, code or _code_of(decoded, at), None, None, None, None, None)
            for at, (name, code) in enumerate(got["columns"]))
        self._rows, self.rownumber = decoded, 0

    def execute(self, operation, parameters=()):
        return self._run(operation, [_values(parameters)], False)

    def executemany(self, operation, rows):
        rows = [_values(row) for row in rows]
        if rows:
            return self._run(operation, rows, True)
        self._check()
        self._forget()
        self.rowcount = 0
        return self

    def _next(self, count):
        self._check()
        if self._rows is None:
            raise ProgrammingError("no rows: the last statement gave none, "
                                   "or there was none")
        got = self._rows[self.rownumber:self.rownumber + count]
        self.rownumber += len(got)
        return got

    def fetchone(self):
        got = self._next(1)
        return got[0] if got else None

    def fetchmany(self, size=None):
        return self._next(self.arraysize if size is None else size)

    def fetchall(self):
        self._check()
        return self._next(len(self._rows or ()))

    def __iter__(self):
        return self

    def __next__(self):
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row

    def setinputsizes(self, sizes):
        """Nothing: values have their own types."""

    def setoutputsize(self, size, column=None):
        """Nothing: the policy says what a result may be."""

    def close(self):
        self._closed = True
        self._rows = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.close()
        return False
