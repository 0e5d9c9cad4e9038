"""Data between the grader's guest and the student's: exact builtin types.

What comes out of decode() is None, bool, int, float, complex, str, bytes,
list, tuple, dict, set or frozenset, and nothing that inherits from them.
Everything else is a reference: [number, kind, name], which stays what it is on
the student's side.  A function of the submission's own may have its name in
place of the number.
"""
import json

DEPTH_MAX = 50
ITEMS_MAX = 200000
BYTES_MAX = 2 << 20
DIGITS_MAX = 20000
SAME_HASH_MAX = 1000

_SMALL = 1 << 63
_SEQUENCES = {"l": list, "t": tuple, "s": set, "z": frozenset}
_TAGS = {kind: tag for tag, kind in _SEQUENCES.items()}
PLAIN = (bool, int, float, complex, str, bytes, list, tuple, dict, set,
          frozenset)


class DataError(ValueError):
    """This can't be sent, or is no data."""


class Encoder:
    """REFER makes [number, kind, name] of what is no data, or raises."""

    def __init__(self, refer):
        self.refer = refer
        self.items = 0

    def text(self, message):
        text = json.dumps(message).encode("ascii")
        if len(text) > BYTES_MAX:
            raise DataError("over %d bytes" % BYTES_MAX)
        return text

    def encode(self, value, depth=0):
        self.items += 1
        if depth > DEPTH_MAX or self.items > ITEMS_MAX:
            raise DataError("nested deeper than %d" % DEPTH_MAX
                            if depth > DEPTH_MAX else
                            "more than %d items" % ITEMS_MAX)
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        if kind is int:
            return value if -_SMALL < value < _SMALL else ["i", hex(value)]
        if kind is float:
            return ["f", value.hex()]
        if kind is complex:
            return ["c", value.real.hex(), value.imag.hex()]
        if kind is bytes:
            return ["b", value.hex()]
        if kind in _TAGS:
            return [_TAGS[kind], [self.encode(item, depth + 1)
                                  for item in value]]
        if kind is dict:
            return ["d", [[self.encode(k, depth + 1),
                           self.encode(v, depth + 1)]
                          for k, v in value.items()]]
        for base in PLAIN:
            if isinstance(value, base):
                return self.encode(base(value), depth)
        return ["r", self.refer(value)]


class Decoder:
    """RESOLVE makes an object of a reference."""

    def __init__(self, resolve):
        self.resolve = resolve
        self.items = 0

    def message(self, text):
        """A JSON object; numbers are whole and small."""
        try:
            message = json.loads(text, parse_float=_refuse,
                                 parse_constant=_refuse, parse_int=_small)
        except (ValueError, RecursionError) as error:
            raise DataError("no JSON of ours: %s" % type(error).__name__) \
                from None
        if type(message) is not dict:
            raise DataError("no object")
        return message

    def decode(self, data, depth=0):
        self.items += 1
        if depth > DEPTH_MAX or self.items > ITEMS_MAX:
            raise DataError("too much, or nested too deeply")
        if type(data) is not list:
            if data is None or type(data) in (bool, int, str):
                return data
            raise DataError("a %s" % type(data).__name__)
        try:
            return self._tagged(data, depth)
        except (TypeError, LookupError, ValueError, OverflowError) as error:
            if isinstance(error, DataError):
                raise
            raise DataError("malformed: %s" % error) from None

    def _tagged(self, data, depth):
        tag = data[0]
        if tag in _SEQUENCES and len(data) == 2 and type(data[1]) is list:
            items = [self.decode(item, depth + 1) for item in data[1]]
            return _SEQUENCES[tag](_spread(items) if tag in "sz" else items)
        if tag == "d" and len(data) == 2:
            pairs = [(self.decode(k, depth + 1), self.decode(v, depth + 1))
                     for k, v in data[1]]
            _spread([key for key, _ in pairs])
            return dict(pairs)
        if tag == "r" and len(data) == 2:
            return self.resolve(data[1])
        texts = data[1:]
        if any(type(text) is not str for text in texts):
            raise DataError("malformed")
        if tag == "f" and len(texts) == 1:
            return float.fromhex(texts[0])
        if tag == "c" and len(texts) == 2:
            return complex(*map(float.fromhex, texts))
        if tag == "b" and len(texts) == 1:
            return bytes.fromhex(texts[0])
        if tag == "i" and len(texts) == 1 and len(texts[0]) <= DIGITS_MAX:
            return int(texts[0], 16)
        raise DataError("of no known kind")


def _spread(keys):
    """KEYS, unless so many have one hash (multiples of 2 ** 61 - 1, say) that
    a set of them takes minutes to make."""
    counts = {}
    for key in keys:
        number = hash(key)
        counts[number] = counts.get(number, 0) + 1
        if counts[number] > SAME_HASH_MAX:
            raise DataError("more than %d items of one hash" % SAME_HASH_MAX)
    return keys


def _refuse(text):
    raise ValueError(text)


def _small(digits):
    if len(digits) > 20:
        raise ValueError("over 20 digits")
    return int(digits)
