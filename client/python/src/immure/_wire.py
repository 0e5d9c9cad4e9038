"""Frames between a client and its supervisor: docs/protocol.md."""

from __future__ import annotations

import struct
from typing import BinaryIO, NamedTuple, Optional

VERSION = 1
HEADER = struct.Struct("<BBHI")

POLICY, LIMITS = 1, 2
FILENAME, ARGUMENT, ENVIRONMENT, FILE, INPUT, GLOBALS, SEED, CODE = range(3, 11)
RUN, STDOUT, STDERR, RESULT, FAILURE = range(11, 16)
JOB, CANCEL, INTERRUPT, RESET = range(40, 44)
STATISTICS, DRAIN, SESSION, OPENED, REFUSED, BUSY, CLOSED = range(47, 54)
QUOTA = 54
CALL, ANSWER, GRANT = range(56, 59)

FLAG_SESSION = 1
FLAG_STREAM = 2

#: How a call was answered.
ANSWER_VALUE, ANSWER_ERROR = 0, 1

#: Bytes of an answer's text at most.
ANSWER_MAX = 16 << 20

#: Bytes before the JSON text of a result.
RESULT_HEAD = 12

#: Names of enum immure_err_code, by number.
CODES = ("none", "usage", "policy", "wall", "gate", "system", "memory",
         "protocol", "gone", "busy", "cancelled")


class Frame(NamedTuple):
    type: int
    id: int
    payload: bytes


def frame(type: int, id: int, payload: bytes = b"") -> bytes:
    return HEADER.pack(VERSION, type, id, len(payload)) + payload


def field(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def call(payload: bytes) -> tuple[int, str, bytes]:
    """(serial, function, what the guest sends) of a call frame."""
    serial, length = struct.unpack_from("<II", payload)
    name = payload[8:8 + length].decode("ascii", "replace")
    return serial, name, payload[8 + length:]


def answer(id: int, serial: int, status: int, data: bytes) -> bytes:
    return frame(ANSWER, id, struct.pack("<IB", serial, status) + data)


def read_frame(stream: BinaryIO) -> Optional[Frame]:
    """The next frame, or None when the connection is over."""
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        return None
    version, type, id, length = HEADER.unpack(head)
    if version != VERSION:
        return None
    payload = stream.read(length)
    return Frame(type, id, payload) if len(payload) == length else None


def cause(payload: bytes) -> tuple[str, str]:
    """(code, text) of a failure or refused frame."""
    number = payload[0] if payload else 0
    code = CODES[number] if number < len(CODES) else "system"
    return code, payload[1:].decode("utf-8", "replace")
