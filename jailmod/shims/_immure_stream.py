"""Sockets of a guest: what can be connected to is a gateway, by its token.

Each operation is a call to the broker, which has the connection (the layout is
host/gateway/stream_wire.h's).  A guest has one call at a time, so nothing here
can wait for two sockets, and nothing wakes an event loop.
"""
import errno as _errno
import io as _io
import os as _os

import _jail
import _immure_tokens as _gateways
from _immure_patch import refusing as _refusing

_REASON = "a guest has no network"
_FIX = "Pass the data in with --stdin or --file"
_REASON_ADDRESS = "that address is no gateway, and a guest has no network"
_FIX_ADDRESS = ("Ask the operator for a stream, [gateways.NAME] in the "
                "policy, and connect to _gateway.gatewayuri(NAME)")
_FIX_CONNECT = "Connect to the token of a gateway: _gateway.gatewayuri(NAME)"

_CONNECT, _SEND, _RECV, _SHUTDOWN, _CLOSE, _ASK = range(1, 7)
_FOREVER = 0xffffffff
_SEND_MAX, _RECV_MAX = 1 << 16, 1 << 16     # host/gateway/stream_wire.h
_AHEAD = 1 << 14    # at least that much is asked for: less calls for lines
_PEEK, _DONTWAIT, _WAITALL, _NOSIGNAL = 2, 64, 256, 16384
_FLAGS = _PEEK | _DONTWAIT | _WAITALL | _NOSIGNAL

# [(gateway, number)] of sockets that were dropped without close().  They are
# closed with the next call: a finalizer may run inside one.
_dropped = []


def _call(name, operation, number, ms, data=b""):
    """What the broker answers; OSError for what it could not do."""
    done, answer = _jail.call(name, b"%c%b%b%b" % (
        operation, number.to_bytes(4, "little"), ms.to_bytes(4, "little"),
        data))
    if not done:
        raise ConnectionAbortedError(
            _errno.ECONNABORTED,
            "gateway %s: %s" % (name, answer.decode("utf-8", "replace")))
    if answer[:1] == b"\0":
        return answer[1:]
    raise OSError(int.from_bytes(answer[1:5], "little"),
                  answer[5:].decode("utf-8", "replace"))


def _close_dropped():
    while _dropped:
        name, number = _dropped.pop()
        try:
            _call(name, _CLOSE, number, 0)
        except OSError:
            pass    # it is gone already


def _as_ms(timeout):
    return (_FOREVER if timeout is None
            else min(-int(timeout * -1000 // 1), _FOREVER - 1))


def _is_token(host):
    return _gateways.find(host) is not None


def _refuse(name, reason=_REASON_ADDRESS, fix=_FIX_ADDRESS):
    return _refusing("socket", name, reason, fix)


_refuse_socket = _refusing("socket", "socket", _REASON, _FIX)
_refuse_connection = _refusing("socket", "create_connection", _REASON, _FIX)
_refuse_info = _refusing("socket", "getaddrinfo", _REASON, _FIX)
_refuse_name = _refusing("socket", "gethostbyname", _REASON, _FIX)
_refuse_address = _refuse("connect")
_refuse_lookup = _refuse("getaddrinfo")
_refuse_lookup_name = _refuse("gethostbyname")
_refuse_kind = _refuse("socket", "the gateways that this program has are "
                       "streams", "Write socket.socket()")
_refuse_nonblocking = _refuse(
    "setblocking",
    "nothing outside wakes a guest that waits for several sockets",
    "Use a timeout: settimeout(SECONDS); with settimeout(0) recv() does not "
    "wait")
_refuse_fileno = _refuse(
    "fileno", "the connection is outside and has no descriptor here",
    "Use recv() with a timeout in place of select()")


def _refuse_method(name):
    refuse = _refuse(name, "a guest's socket connects to a gateway and does "
                     "nothing else", _FIX_CONNECT)

    def method(self, *args, **kwargs):
        refuse()
    method.__name__ = name
    method.__qualname__ = "socket." + name
    return method


class socket:
    """A connection of the broker's to a gateway."""

    __slots__ = ("__weakref__", "family", "type", "proto", "_gateway",
                 "_number", "_address", "_buffer", "_at", "_timeout", "_refs",
                 "_closed", "_ended", "_talk")
    __module__ = "socket"

    def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
        if not _gateways.has_streams():
            _refuse_socket()
        from socket import AddressFamily, SocketKind, getdefaulttimeout
        kind = 1 if type == -1 else int(type) & ~(524288 | 2048)
        if (family not in (-1, 2, 10) or kind != 1 or proto not in (-1, 0, 6)
                or fileno is not None):
            _refuse_kind()
        self.family = AddressFamily(2 if family == -1 else family)
        self.type, self.proto = SocketKind(1), max(proto, 0)
        self._gateway = self._number = self._address = None
        self._buffer, self._at = b"", 0     # received; how much is taken
        self._timeout = getdefaulttimeout()
        self._refs = 0
        self._closed = self._ended = False
        self._talk = 0      # see _send()
        if type != -1 and int(type) & 2048:
            _refuse_nonblocking()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        if not self._closed:
            self.close()

    def __del__(self):
        if getattr(self, "_number", None) is not None:
            _dropped.append((self._gateway, self._number))

    def __repr__(self):
        return "<%s.%s%s family=%d, type=%d, proto=%d>" % (
            self.__class__.__module__, self.__class__.__qualname__,
            " [closed]" if self._closed else "", self.family, self.type,
            self.proto)

    def __getstate__(self):
        raise TypeError("cannot pickle %r object" % self.__class__.__name__)

    # --- connecting ---------------------------------------------------------

    def connect(self, address, /):
        """Connect to a gateway: to its token, or to (token, any port)."""
        host = address
        if isinstance(address, tuple) and len(address) in (2, 4):
            host = address[0]
        name = _gateways.find(host)
        self._check_open()
        if name is None:
            _refuse_address()
        if self._number is not None:
            raise OSError(_errno.EISCONN, "Transport endpoint is already "
                          "connected")
        if self._timeout == 0:
            _refuse_nonblocking()
        _close_dropped()
        number = self._ask(_CONNECT, name=name, number=0)
        self._number, self._gateway = int.from_bytes(number, "little"), name
        self._address = address if host is not address else (address, 0)
        self._buffer, self._at = b"", 0
        self._ended, self._talk = False, 0

    def connect_ex(self, address, /):
        """connect(), but errors are returned as their number."""
        try:
            self.connect(address)
        except _jail.JailError:
            raise
        except TimeoutError:
            return _errno.EAGAIN
        except OSError as error:
            return error.errno
        return 0

    def _check_open(self):
        if self._closed and self._refs <= 0:
            raise OSError(_errno.EBADF, _os.strerror(_errno.EBADF))

    def _check_connected(self):
        self._check_open()
        if self._number is None:
            raise OSError(_errno.ENOTCONN, "Transport endpoint is not "
                          "connected")

    def _ask(self, operation, data=b"", name=None, number=None, wait=True):
        timeout = self._timeout if wait else 0
        try:
            return _call(name or self._gateway, operation,
                         self._number if number is None else number,
                         _as_ms(timeout), data)
        except BlockingIOError:
            if timeout == 0:
                raise
            raise TimeoutError("timed out") from None

    # --- bytes ---------------------------------------------------------------

    def _send(self, some):
        """One call.  Where a send was followed by a receive (_talk: 1 is a
        send, 2 is both), the next one brings the reply along, if there is one
        in time."""
        asks = self._talk == 2 and not self._left() and self._timeout != 0
        answer = self._ask(_ASK if asks else _SEND, some)
        if len(answer) > 4:
            self._buffer, self._at = answer, 4
        else:
            self._talk = 1
        return int.from_bytes(answer[:4], "little")

    def send(self, data, flags=0, /):
        """Send what the broker takes now; how much that was."""
        self._check_connected()
        self._check_flags(flags)
        with memoryview(data) as view, view.cast("B") as octets:
            some = bytes(octets[:_SEND_MAX])
        return self._send(some)

    def sendall(self, data, flags=0, /):
        """Send all of it."""
        self._check_connected()
        self._check_flags(flags)
        with memoryview(data) as view, view.cast("B") as octets:
            at, size = 0, len(octets)
            while at < size:
                some = bytes(octets[at:at + _SEND_MAX])
                at += self._send(some)

    def sendfile(self, file, offset=0, count=None):
        """Send what can be read from a file; how many bytes that was."""
        if offset:
            file.seek(offset)
        total = 0
        while count is None or total < count:
            left = _RECV_MAX if count is None else count - total
            data = file.read(min(left, _RECV_MAX))
            if not data:
                break
            self.sendall(data)
            total += len(data)
        return total

    def _check_flags(self, flags):
        if flags & ~_FLAGS:
            raise OSError(_errno.EOPNOTSUPP, "Operation not supported")

    def _left(self):
        return len(self._buffer) - self._at

    def _fill(self, size, wait):
        """Have something in the buffer, or the end."""
        if not self._left() and not self._ended:
            asked = min(max(size, _AHEAD), _RECV_MAX)
            self._buffer = self._ask(_RECV, asked.to_bytes(4, "little"),
                                     wait=wait)
            self._at = 0
            self._ended = not self._buffer
            self._talk = 2 if self._talk == 1 else 0

    def recv(self, size, flags=0, /):
        """Up to SIZE bytes; none at the end."""
        if size < 0:
            raise ValueError("negative buffersize in recv")
        self._check_connected()
        self._check_flags(flags)
        if size == 0:
            return b""
        self._fill(size, not flags & _DONTWAIT)
        data = self._buffer[self._at:self._at + size]
        if flags & _PEEK:
            return data
        self._at += len(data)
        if not self._left():
            self._buffer, self._at = b"", 0
        while flags & _WAITALL and len(data) < size and not self._ended:
            data += self.recv(size - len(data), flags & _DONTWAIT)
        return data

    def recv_into(self, buffer, nbytes=0, flags=0):
        """recv() into a buffer; how much that was."""
        with memoryview(buffer) as view, view.cast("B") as octets:
            if nbytes < 0:
                raise ValueError("negative buffersize in recv_into")
            if nbytes > len(octets):
                raise ValueError("buffer too small for requested bytes")
            data = self.recv(nbytes or len(octets), flags)
            octets[:len(data)] = data
        return len(data)

    def recvfrom(self, size, flags=0, /):
        """(recv(), None): who sent it is known."""
        return self.recv(size, flags), None

    def recvfrom_into(self, buffer, nbytes=0, flags=0):
        """(recv_into(), None)."""
        return self.recv_into(buffer, nbytes, flags), None

    # --- the end -------------------------------------------------------------

    def shutdown(self, how, /):
        """End one direction (SHUT_RD, SHUT_WR) or both (SHUT_RDWR)."""
        self._check_connected()
        if how not in (0, 1, 2):
            raise OSError(_errno.EINVAL, "Invalid argument")
        self._ask(_SHUTDOWN, bytes([int(how)]))
        self._ended = self._ended or how != 1

    def close(self):
        """Close it, as soon as no file of makefile()'s is open."""
        self._closed = True
        if self._refs <= 0:
            self._real_close()

    def _decref_socketios(self):
        if self._refs > 0:
            self._refs -= 1
        if self._closed:
            self.close()

    def _real_close(self):
        number, self._number = self._number, None
        self._buffer, self._at = b"", 0
        if number is not None:
            _dropped.append((self._gateway, number))
            _close_dropped()

    def detach(self):
        """Forget the connection: there is no descriptor to hand on."""
        _refuse_fileno()

    # --- settings ------------------------------------------------------------

    def settimeout(self, value, /):
        """How long an operation may take, in seconds; None is for ever."""
        if value is not None:
            value = float(value)
            if value < 0 or value != value:
                raise ValueError("Timeout value out of range")
            _as_ms(value)
        self._timeout = value

    def gettimeout(self):
        """The timeout in seconds, or None."""
        return self._timeout

    timeout = property(gettimeout, doc="The timeout in seconds, or None.")

    def setblocking(self, flag, /):
        """True: no timeout.  False is refused."""
        if not flag:
            _refuse_nonblocking()
        self._timeout = None

    def getblocking(self):
        """Whether an operation may wait."""
        return self._timeout != 0

    def setsockopt(self, level, name, value, length=None, /):
        """Nothing: options are the broker's."""
        self._check_open()

    def getsockopt(self, level, name, size=0, /):
        """Zero, but for what the socket is."""
        self._check_open()
        answer = {3: 1, 38: 6, 39: int(self.family)}.get(name, 0) \
            if level == 1 else 0
        return answer.to_bytes(size, "little") if size else answer

    def getpeername(self):
        """What it was connected to."""
        self._check_connected()
        return self._address

    def getsockname(self):
        """An address that says nothing."""
        self._check_open()
        return ("0.0.0.0", 0)

    def get_inheritable(self):
        """False."""
        return False

    def set_inheritable(self, inheritable, /):
        """Nothing: a guest starts no program."""

    def fileno(self):
        """-1 when it is closed; else refused."""
        if self._closed:
            return -1
        _refuse_fileno()

    def makefile(self, mode="r", buffering=None, *, encoding=None,
                 errors=None, newline=None):
        """A file over the connection, as open() would make it."""
        if not set(mode) <= {"r", "w", "b"}:
            raise ValueError("invalid mode %r (only r, w, b allowed)" % mode)
        writing = "w" in mode
        reading = "r" in mode or not writing
        raw = SocketIO(self, "r" * reading + "w" * writing)
        self._refs += 1
        if buffering is None or buffering < 0:
            buffering = _io.DEFAULT_BUFFER_SIZE
        if buffering == 0:
            if "b" not in mode:
                raise ValueError("unbuffered streams must be binary")
            return raw
        if reading and writing:
            buffer = _io.BufferedRWPair(raw, raw, buffering)
        elif reading:
            buffer = _io.BufferedReader(raw, buffering)
        else:
            buffer = _io.BufferedWriter(raw, buffering)
        if "b" in mode:
            return buffer
        text = _io.TextIOWrapper(buffer, _io.text_encoding(encoding), errors,
                                 newline)
        text.mode = mode
        return text

    for _name in ("bind", "listen", "accept", "dup", "sendto"):
        locals()[_name] = _refuse_method(_name)
    del _name


class SocketIO(_io.RawIOBase):
    """The raw file under makefile()."""

    __module__ = "socket"

    def __init__(self, sock, mode):
        if mode not in ("r", "w", "rw", "rb", "wb", "rwb"):
            raise ValueError("invalid mode: %r" % mode)
        super().__init__()
        self._sock = sock
        self._mode = mode if "b" in mode else mode + "b"
        self._reading, self._writing = "r" in mode, "w" in mode
        self._timeout_occurred = False

    def readinto(self, b):
        """Read up to len(b) bytes; None when it may not wait."""
        self._checkClosed()
        self._checkReadable()
        if self._timeout_occurred:
            raise OSError("cannot read from timed out object")
        try:
            return self._sock.recv_into(b)
        except BlockingIOError:
            return None
        except TimeoutError:
            self._timeout_occurred = True
            raise

    def write(self, b):
        """Write what the broker takes now; how much that was."""
        self._checkClosed()
        self._checkWritable()
        return self._sock.send(b)

    def readable(self):
        """Whether it was opened for reading."""
        self._not_closed()
        return self._reading

    def writable(self):
        """Whether it was opened for writing."""
        self._not_closed()
        return self._writing

    def seekable(self):
        """False."""
        self._not_closed()
        return False

    def _not_closed(self):
        if self.closed:
            raise ValueError("I/O operation on closed socket.")

    def fileno(self):
        """As the socket's."""
        self._checkClosed()
        return self._sock.fileno()

    @property
    def name(self):
        """-1: there is no descriptor."""
        return -1

    @property
    def mode(self):
        """Its mode."""
        return self._mode

    def close(self):
        """Close it; the last one closes a closed socket."""
        if self.closed:
            return
        _io.RawIOBase.close(self)
        self._sock._decref_socketios()
        self._sock = None


def _port_of(port):
    try:
        return int(port or 0)
    except ValueError:
        return 0    # a service's name: any port is as good


def create_connection(address, timeout=..., source_address=None, *,
                      all_errors=False):
    """A socket that is connected to a gateway: to its token, or to (token,
    any port)."""
    if not _gateways.has_streams():
        _refuse_connection()
    sock = socket()
    if timeout is not ... and timeout is not _default_timeout():
        sock.settimeout(timeout)
    try:
        sock.connect(address)
    except BaseException:
        sock.close()
        raise
    return sock


def _default_timeout():
    from socket import _GLOBAL_DEFAULT_TIMEOUT
    return _GLOBAL_DEFAULT_TIMEOUT


def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
    """Of a token: the token, for connect().  All else is refused."""
    if not _is_token(host):
        _refuse_lookup() if _gateways.has_streams() else _refuse_info()
    from socket import AddressFamily, SocketKind, gaierror
    if type not in (0, 1):
        raise gaierror(-7, "ai_socktype not supported")
    if isinstance(host, bytes):
        host = host.decode("ascii")
    address = (host, _port_of(port))
    if family == 10:
        return [(AddressFamily(10), SocketKind(1), 6, "", address + (0, 0))]
    return [(AddressFamily(2), SocketKind(1), 6, "", address)]


def gethostbyname(hostname, /):
    """Of a token: the token.  All else is refused."""
    if not _is_token(hostname):
        _refuse_lookup_name() if _gateways.has_streams() else _refuse_name()
    return str(hostname)
