"""Values by key, by gateways of the kinds cache and session.

    from immure.gateway import cache
    cache.set("greeting", {"text": "hello"}, ttl=60)
    print(cache.get("greeting"), cache.incr("visits"))

Keys are texts or bytes.  Values are bytes, texts, or what JSON has: a tuple
comes back as a list.  Nobody but the operator and guests of this tenant sees
them.
"""
import _immure_gateway as _gateway

__all__ = ["Store"]

_GET, _SET, _ADD, _DELETE, _INCR, _TOUCH = range(6)


class Store:
    """The values of one gateway: the one of its kind, or one by name."""

    __module__ = "immure.gateway"

    def __init__(self, kind, name=None):
        self._kind, self._name = kind, name

    def __repr__(self):
        return "<%s %s>" % (self._kind, self._name or "gateway")

    def named(self, name):
        """The same of the gateway NAME, where a program has several."""
        return Store(self._kind, name)

    def get(self, key, default=None):
        """The value of KEY, or DEFAULT."""
        return self.get_many((key,)).get(key, default)

    def get_many(self, keys):
        """{key: value} of those that are there."""
        keys = list(keys)
        rest, found = memoryview(self._ask(_GET, map(_bytes, keys))), {}
        for key in keys:
            there, rest = rest[0], rest[1:]
            if there:
                end = 4 + int.from_bytes(rest[:4], "little")
                found[key] = _load(bytes(rest[4:end]))
                rest = rest[end:]
        return found

    def set(self, key, value, ttl=None):
        """Store VALUE, for TTL seconds or as long as the operator lets it."""
        self.set_many({key: value}, ttl)

    def set_many(self, values, ttl=None):
        """Store all of a mapping."""
        fields = []
        for key, value in values.items():
            fields += _bytes(key), _dump(value)
        if fields:
            self._ask(_SET, fields, ttl)

    def add(self, key, value, ttl=None):
        """Store VALUE unless there is one; whether it was."""
        return self._ask(_ADD, (_bytes(key), _dump(value)), ttl) == b"\1"

    def delete(self, key):
        """Whether there was one."""
        return self._ask(_DELETE, (_bytes(key),)) == b"\1"

    def delete_many(self, keys):
        """How many there were."""
        return self._ask(_DELETE, map(_bytes, keys)).count(1)

    def incr(self, key, by=1, ttl=None):
        """Raise a whole number by BY, 1 or more, and return it.  One that is
        not there begins at 0, and TTL counts from then."""
        if not isinstance(by, int) or not 1 <= by < 2 ** 31:
            raise ValueError("incr() raises by 1 to 2147483647")
        answer = self._ask(_INCR, (_bytes(key),), ttl, by)
        return int.from_bytes(answer[1:9], "little")

    def touch(self, key, ttl=None):
        """Let the value live for TTL seconds from now; whether it is there."""
        return self._ask(_TOUCH, (_bytes(key),), ttl) == b"\1"

    def has(self, key):
        """Whether there is a value."""
        return bool(self.get_many((key,)))

    __contains__ = has

    def _ask(self, op, fields, ttl=None, amount=0):
        parts = [bytes((op,)), _seconds(ttl), amount.to_bytes(8, "little")]
        for field in fields:
            parts += len(field).to_bytes(4, "little"), field
        if len(parts) == 3:
            return b""
        return _gateway.ask(_gateway.pick(self._kind, self._name),
                            b"".join(parts))


def _seconds(ttl):
    if ttl is None:
        return bytes(4)
    if not ttl > 0:
        raise ValueError("a ttl is a number of seconds, more than 0")
    return min(max(round(ttl), 1), 2 ** 32 - 1).to_bytes(4, "little")


def _bytes(key):
    if isinstance(key, str):
        return key.encode()
    if isinstance(key, (bytes, bytearray, memoryview)):
        return bytes(key)
    raise TypeError("a key is a text or bytes, not %s" % type(key).__name__)


# A number is its digits, so that incr() can raise it; of all else the first
# byte says what it is.

def _dump(value):
    if type(value) is int and 0 <= value < 10 ** 18:
        return b"%d" % value
    if isinstance(value, str):
        return b"s" + value.encode("utf-8", "surrogatepass")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return b"b" + bytes(value)
    import json
    return b"j" + json.dumps(value, allow_nan=False).encode("ascii")


def _load(data):
    kind, rest = data[:1], data[1:]
    if kind == b"s":
        return rest.decode("utf-8", "surrogatepass")
    if kind == b"b":
        return rest
    if kind == b"j":
        import json
        return json.loads(rest)
    return int(data) if data.strip().isdigit() else data
