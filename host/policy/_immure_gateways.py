"""[gateways.*] of a policy: the keys of every kind, and how they are read.

A gateway stands in a table of its own, [gateways.NAME]; one of a policy that
extends another takes the whole place of the other's gateway of that name."""
import json
import os
import re
from typing import NamedTuple

from _immure_keys import COUNT, SIZE, TIME, Choice, Names, Number

_K = 1024
_DAY = 24 * 60 * 60 * 1000

NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
GATEWAYS_MAX = 32


class Text(NamedTuple):
    """A key whose value is a text."""
    example: str
    text: str
    shape: str = r"[^\0-\x1f\x7f]+"
    needed: bool = False


class File(NamedTuple):
    """A key whose value is a path, relative to the policy's file."""
    example: str
    text: str
    needed: bool = False


class Flag(NamedTuple):
    """A key whose value is true or false; left out, it is `otherwise`."""
    otherwise: bool
    text: str


class Value(NamedTuple):
    """A key whose value is anything that JSON has."""
    text: str


class Rules(NamedTuple):
    """A key whose value is a list of rules for URLs."""
    example: str
    text: str
    keys: dict      # of a rule that is a table: Text, Flag or Names
    needed: bool = False


# What every gateway has.  Its values of a gateway that does not say: DEFAULTS.
COMMON = {
    "calls": Number("calls", COUNT, 1, 2 ** 32 - 1, "1000",
                    "Calls that a job may make, or a session's step."),
    "bytes": Number("bytes", SIZE, 0, 1024 * _K ** 3, "64M",
                    "Bytes that they may carry, there and back together."),
    "time": Number("time_ms", TIME, 1, _DAY, "5s",
                   "Time for one call. One that takes longer ends with an "
                   "error in the guest."),
    "total": Number("total_ms", TIME, 1, _DAY, "30s",
                    "Time for all calls of a job, or of a session's step, "
                    "together."),
    "wall": Choice(("runs", "pauses"),
                   "Whether the guest's wall clock runs on while it waits, "
                   "or pauses."),
}
DEFAULTS = {"calls": 1000, "bytes": 64 * _K ** 2, "time_ms": 5000,
            "total_ms": 30000, "wall": "runs"}
# What differs of a kind: a socket's every send and receive is a call.
KIND_DEFAULTS = {"stream": {"calls": 100000}}

_HEADER = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+="
_FETCH_RULE = {
    "allow": Text("GET https://api.example.com/v1/**",
                  "METHOD,... URL, as above.", needed=True),
    "private": Flag(False, "Whether the host may be at a private address: on "
                    "this machine, or in a network behind it. A cloud's "
                    "metadata service takes a rule for that host alone."),
    "header": Names("header", "Accept=application/json",
                    "NAME=VALUE: headers that are added; a guest can't set "
                    "them."),
    "header_env": Names("header", "Authorization=Bearer API_TOKEN",
                        "NAME=VARIABLE or NAME=WORD VARIABLE: the same, with "
                        "a secret of immure's environment. It goes to hosts "
                        "of this rule only, and never to a guest: an answer "
                        "that repeats it is withheld."),
    "header_file": Names("header", "Authorization=Bearer /etc/api-token",
                         "NAME=PATH or NAME=WORD PATH: the same, with a "
                         "secret of a file, whose path is relative to the "
                         "policy's and holds no space."),
}

_TTL = Number("ttl_ms", TIME, 1000, 366 * _DAY, "1440m",
              "Time after which a value is gone that was not stored anew. A "
              "guest may ask for less. Left out, a day.")
_LOGIN = {
    "user": Text("shop", "The user to log in as, on Redis."),
    "password_env": Text("REDIS_PASSWORD", "The variable of immure's "
                         "environment that holds the password."),
    "password_file": File("/etc/immure/redis-password", "The file that holds "
                          "it."),
}

# Statements that guests may use, as host/gateway/sql.c has them.
_CLASSES = ("select", "insert", "update", "delete", "schema", "other")

# kind: (what it is, its own keys).
KINDS = {
    "stream": ("Sockets of the guest's, to one server: unmodified client "
               "libraries connect to _gateway.gatewayuri(NAME). Each send and "
               "receive is a call: left out, calls is 100000.", {
        "uri": Text("memcache:tcp://127.0.0.1:11211",
                    "The server: PROTOCOL:tcp://HOST:PORT or "
                    "PROTOCOL:unix:///PATH. PROTOCOL is memcache, redis, mysql "
                    "or tcp. Of redis and mysql there may be a USER@ before "
                    "the host and a /DATABASE behind the port; the broker "
                    "logs in", needed=True),
        "user": Text("app", "The account that the broker logs in with."),
        "database": Text("shop", "The database, of mysql and redis, that a "
                         "connection begins with."),
        "password_file": File("/etc/immure/mysql-password",
                              "A file with the password of that account."),
        "password_env": Text("MYSQL_PASSWORD",
                             "The variable of immure's environment that has "
                             "it.", r"[A-Za-z_][A-Za-z0-9_]*"),
    }),
    "sql": ("A database, by immure.gateway.sql (PEP 249).", {
        "uri": Text("postgresql://app@db.example/shop",
                    "Which one: sqlite:PATH, relative to the policy's file, "
                    "or sqlite::memory:, a new one for each connection; "
                    "postgresql://..., as libpq has it; "
                    "mysql://USER@HOST:PORT/DATABASE or mariadb://..., with "
                    "?socket=PATH, tls=yes and ca=PATH. No guest sees it.",
                    needed=True),
        "password_file": File("/etc/shop.password", "The file that holds the "
                              "password, on one line."),
        "password_env": Text("SHOP_PASSWORD", "The variable of immure's "
                             "environment that holds the password.",
                             r"[A-Za-z_][A-Za-z0-9_]*"),
        "read_only": Flag(False, "Queries only, in transactions that the "
                          "database itself holds to that."),
        "statements": Names("class of statements", "select",
                            "What guests may do; left out, all but other. "
                            "sqlite judges what a statement does; of the "
                            "others its words are judged, and what functions, "
                            "triggers and views of the database do is its "
                            "user's privileges to bound.", _CLASSES,
                            "no class of statements"),
        "rows": Number("rows", COUNT, 1, 10 ** 6, "10000",
                       "Rows of one result."),
        "size": Number("size", SIZE, _K, 15 * _K ** 2, "4M",
                       "Bytes of one result, and of one value."),
        "connections": Number("connections", COUNT, 1, 16, "4",
                              "Connections that a job may have at once."),
    }),
    "stub": ("The same answer to every call, for development and tests.", {
        "answer": Value("What immure.gateway.call() returns; null by itself."),
        "error": Text("no such account", "Fail every call, with this text."),
        "delay": Number("delay_ms", TIME, 0, _DAY, "100ms",
                        "Time before the answer comes."),
    }),
    "cache": ("Values by key, on a server of memcached or Redis.", {
        "uri": Text("memcache:tcp://127.0.0.1:11211", "Where it is: "
                    "memcache:tcp://HOST:PORT, redis:tcp://HOST:PORT/DATABASE, "
                    "or memcache:unix:/PATH, redis:unix:/PATH of a socket.",
                    needed=True),
        "ttl": _TTL,
        **_LOGIN,
    }),
    "clock": ("The machine's time, for guests whose own clock is another.", {
        "grain": Number("grain_ms", TIME, 0, _DAY, "1ms",
                        "It is rounded down to a multiple of that; 0ms: not "
                        "at all. Left out, 1ms."),
    }),
    "log": ("Lines of guests in a log of the operator's, each one JSON "
            "object.", {
        "file": File("/var/log/immure/guests.log", "Where they are appended; "
                     "left out, stderr of immure."),
    }),
    "session": ("Values by key that outlive jobs, in a file of sqlite's.", {
        "file": File("/var/lib/immure/sessions.db", "Where they are. Left "
                     "out, in memory of the broker, until it ends."),
        "uri": Text("redis:tcp://127.0.0.1:6379", "On a server instead, as "
                    "of the kind cache."),
        "size": Number("size", SIZE, _K, 1024 * _K ** 3, "64M",
                       "Bytes of a tenant's values and keys, with 64 for "
                       "each; of a file or memory. Left out, 64M."),
        "ttl": _TTL,
        **_LOGIN,
    }),
    "fetch": ("HTTP and HTTPS: urllib.request and immure.gateway.fetch().", {
        "rules": Rules(
            "GET https://api.example.com/v1/**",
            "What may be asked for: a list of texts METHOD,... URL, or of "
            "tables with more to say. The host of the URL is a name, *.NAME "
            "for all below that name, or * for any; in its path, * stands "
            "for what has no slash, and ** for anything. The first rule that "
            "fits decides, for the URL and for each that a redirect leads "
            "to; without one a request is refused.",
            _FETCH_RULE, True),
        "body": Number("body", SIZE, 0, 15 * _K ** 2, "4M",
                       "Bytes of one answer's body; left out, 4M."),
        "redirects": Number("redirects", COUNT, 0, 20, "5",
                            "Redirects that one request follows; left out, 5."),
        "dns": Text("192.0.2.53:53", "ADDRESS or ADDRESS:PORT of the only "
                    "server that names are looked up at; left out, those of "
                    "/etc/resolv.conf."),
        "ca_file": File("/etc/ssl/example-ca.pem", "Certificates of the "
                        "authorities that servers must be vouched for by; "
                        "left out, those of this machine."),
    }),
}


# What --grant NAME=URI makes of a URI: (how it begins, kind).  The gateway has
# the key `uri`, and all else by default.
SCHEMES = (
    ("sqlite:", "sql"), ("postgresql://", "sql"), ("postgres://", "sql"),
    ("mysql://", "sql"), ("mariadb://", "sql"),
    ("cache:memcache:", "cache"),
    ("cache:redis:", "cache"),
    ("memcache:tcp://", "stream"),
    ("memcache:unix://", "stream"),
    ("redis:tcp://", "stream"),
    ("redis:unix://", "stream"),
    ("mysql:tcp://", "stream"),
    ("mysql:unix://", "stream"),
    ("tcp://", "stream"),
)


def keys_of(kind):
    """All keys that a gateway of that kind can have, but for `kind`."""
    return COMMON | KINDS[kind][1]


class Reader:
    """Reads gateways of one policy text; `tools` is the policy compiler."""

    def __init__(self, source, tools):
        self.source, self.tools = source, tools

    def fail(self, path, message, *args):
        self.source.fail(path, message, *args)

    def text(self, path, key, value):
        if not isinstance(value, str) or not re.fullmatch(key.shape, value):
            self.fail(path, "%s must be a text: write, for example, %s = "
                      "\"%s\"", ".".join(path), path[-1], key.example)
        return value

    def file(self, path, key, value):
        if not isinstance(value, str) or not value or "\0" in value:
            self.fail(path, "%s must be a path: write, for example, %s = "
                      "\"%s\"", ".".join(path), path[-1], key.example)
        return self.source.beside(value)

    def flag(self, path, _, value):
        if not isinstance(value, bool):
            self.fail(path, "%s must be true or false", ".".join(path))
        return value

    def value(self, path, _, value):
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            self.fail(path, "%s is nothing that JSON can say: %s",
                      ".".join(path), error)
        return value

    def choice(self, path, key, value):
        if value not in key.words:
            self.fail(path, "%s must be one of %s", ".".join(path),
                      ", ".join('"%s"' % word for word in key.words))
        return value

    def names(self, path, key, value):
        if not isinstance(value, list) or not all(
                isinstance(item, str) and item for item in value):
            self.fail(path, "%s must be a list of texts: write, for example, "
                      "%s = [\"%s\"]", ".".join(path), path[-1], key.example)
        for at, item in enumerate(value):
            if key.known and item not in key.known:
                self.fail((*path, item), "%s: %s '%s'%s", ".".join(path),
                          key.lack, item,
                          self.tools.nearest(item, key.known))
            if item in value[:at]:
                self.fail((*path, item), "%s: '%s' is named twice",
                          ".".join(path), item)
        return value

    def number(self, path, key, value):
        return self.tools.number(self.source, path, key, value)

    def rules(self, path, key, value):
        if not isinstance(value, list) or not value:
            self.fail(path, "%s must be a list of rules: write, for example, "
                      "%s = [\"%s\"]", ".".join(path), path[-1], key.example)
        return [self.rule(path, key, {"allow": rule}
                          if isinstance(rule, str) else rule)
                for rule in value]

    def rule(self, path, key, given):
        if not isinstance(given, dict) or "allow" not in given:
            self.fail(path, "%s: a rule is a text, or a table {allow = "
                      "\"%s\", ...}", ".".join(path), key.example)
        whole = {}
        for name, value in given.items():
            if name not in key.keys:
                self.fail((*path, name), "%s: unknown key '%s' of a rule%s",
                          ".".join(path), name,
                          self.tools.nearest(name, list(key.keys)))
            row = key.keys[name]
            whole[name] = self.READ[type(row)](self, (*path, name), row,
                                               value)
        for name in ("header", "header_env", "header_file"):
            whole[name] = [self.header(path, name, item)
                           for item in whole.get(name, ())]
        return {name: value for name, value in whole.items() if value}

    def header(self, path, name, item):
        match = re.fullmatch("(%s)((?:.* )?)(.+)" % _HEADER, item)
        if match is None or not item.isprintable():
            self.fail((*path, item), "%s: %s: '%s': write NAME=...",
                      ".".join(path), name, item)
        if name == "header_file":
            return match[1] + match[2] + self.source.beside(match[3])
        return item

    READ = {Text: text, File: file, Flag: flag, Value: value, Choice: choice,
            Names: names, Number: number, Rules: rules}

    def kind(self, path, given):
        kind = given.get("kind")
        if kind is None:
            self.fail(path, "%s needs a kind: write, for example, kind = "
                      "\"stub\"", ".".join(path))
        if not isinstance(kind, str) or kind not in KINDS:
            self.fail((*path, "kind"), "%s: no kind %s%s", ".".join(path),
                      json.dumps(kind, default=str),
                      self.tools.nearest(kind, list(KINDS)))
        return kind

    def gateway(self, name, given):
        """The gateway NAME as the effective policy has it."""
        path = ("gateways", name)
        if not NAME.fullmatch(name):
            self.fail(path, "gateways: '%s' is no name: 1 to 64 letters, "
                      "digits, '_', '.' and '-'", name)
        if not isinstance(given, dict):
            self.fail(path, "gateways.%s is a table: write [gateways.%s]",
                      name, name)
        kind = self.kind(path, given)
        keys = keys_of(kind)
        whole = {"kind": kind} | DEFAULTS | KIND_DEFAULTS.get(kind, {})
        for key, value in given.items():
            if key == "kind":
                continue
            if key not in keys:
                self.fail((*path, key), "unknown key '%s' in [%s], kind %s%s",
                          key, ".".join(path), kind,
                          self.tools.nearest(key, ["kind", *keys]))
            row = keys[key]
            field = row.field if isinstance(row, Number) else key
            whole[field] = self.READ[type(row)](self, (*path, key), row,
                                                value)
        self.complete(path, keys, whole)
        if kind == "sql":
            self.check_sql(path, whole)
        return whole

    def check_sql(self, path, whole):
        uri = whole["uri"]
        schemes = [scheme for scheme, kind in SCHEMES if kind == "sql"]
        if not any(uri.startswith(scheme) for scheme in schemes):
            self.fail((*path, "uri"), "%s.uri begins with one of %s",
                      ".".join(path), ", ".join(schemes))
        if uri.startswith("sqlite:") and uri != "sqlite::memory:":
            if uri == "sqlite:":
                self.fail((*path, "uri"), "%s.uri: sqlite: needs a path",
                          ".".join(path))
            file = self.source.beside(uri.removeprefix("sqlite:"))
            whole["uri"] = "sqlite:" + os.path.abspath(file)
        if whole["read_only"] and whole.get("statements", ["select"]) != [
                "select"]:
            self.fail((*path, "statements"), "%s: statements has no effect "
                      "with read_only", ".".join(path))
        if "password_file" in whole and "password_env" in whole:
            self.fail((*path, "password_env"), "%s: password_file and "
                      "password_env: remove one", ".".join(path))

    def complete(self, path, keys, whole):
        for key, row in keys.items():
            if getattr(row, "needed", False) and key not in whole:
                self.fail(path, "%s, kind %s, needs the key %s: write, for "
                          "example, %s = \"%s\"", ".".join(path),
                          whole["kind"], key, key, row.example)
            if isinstance(row, Flag):
                whole.setdefault(key, row.otherwise)


def from_option(item):
    """(NAME, policy text) of --grant NAME=URI; ValueError."""
    name, _, uri = item.partition("=")
    kinds = [kind for scheme, kind in SCHEMES if uri.startswith(scheme)]
    if not kinds:
        raise ValueError(
            "\"%s\": write NAME=exec:COMMAND, or NAME=stub:JSON for an answer "
            "that is always the same, or NAME=URI for a gateway: URIs begin "
            "with %s" % (item, ", ".join(scheme for scheme, _ in SCHEMES)))
    return name, "[gateways.%s]\nkind = %s\nuri = %s\n" % (
        json.dumps(name), json.dumps(kinds[0]),
        json.dumps(uri, ensure_ascii=False))


def _apply_tenant(policy, source):
    tenant = source.tree["tenant"]
    if not isinstance(tenant, str) or not NAME.fullmatch(tenant):
        source.fail(("tenant",), "tenant must be a name of 1 to 64 letters, "
                    "digits, '_', '.' and '-': write, for example, tenant = "
                    "\"shop\"")
    policy["tenant"] = tenant
    policy["origins"]["tenant"] = source.where("tenant")


def apply(policy, source, tools):
    """Take the tenant and the gateways of one policy text into POLICY."""
    gateways, origins = policy["gateways"], policy["origins"]
    if "tenant" in source.tree:
        _apply_tenant(policy, source)
    for name, given in source.tree.get("gateways", {}).items():
        gateways[name] = Reader(source, tools).gateway(name, given)
        prefix = "gateways.%s." % name
        for old in [key for key in origins if key.startswith(prefix)]:
            del origins[old]
        for key in given:
            origins[prefix + key] = source.where("gateways", name, key)
    if len(gateways) > GATEWAYS_MAX:
        source.fail(("gateways",), "more than %d gateways", GATEWAYS_MAX)
