"""One supervisor process, and the calls it has."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import threading
import time
import weakref
from concurrent.futures import Future
from typing import Callable, Dict, Optional

from . import _functions, _result, _wire
from ._errors import Unavailable
from ._find import Programs
from ._functions import Function

#: The supervisor's end of the socket pair; docs/internals.md.
CLIENT_FD = 3

_IDS = 1 << 16
_POLICY = 1


#: Told descriptor and bytes.
OnOutput = Callable[[int, bytes], None]


class Call:
    """A job, or a session, that the supervisor knows by its id."""

    def __init__(self, patience: float, session: bool,
                 on_output: Optional[OnOutput] = None,
                 functions: Optional[Dict[str, Function]] = None) -> None:
        self.id = 0
        self.functions = functions or {}
        self.on_output = on_output
        self.session = session
        self.future: Optional[Future[_result.Result]] = None
        self.frames = b""
        self.over: Optional[str] = None  # why a session takes no more steps
        self.sent = False
        self.deadline = time.monotonic() + patience

    def settle(self, result: Optional[_result.Result],
               error: Optional[BaseException]) -> None:
        future, self.future, self.frames = self.future, None, b""
        if future is None or not future.set_running_or_notify_cancel():
            return
        if error is not None:
            future.set_exception(error)
        else:
            assert result is not None
            future.set_result(result)


def _above_client(sock: socket.socket) -> socket.socket:
    """A descriptor that is 3 already would be closed at exec."""
    if sock.fileno() > CLIENT_FD:
        return sock
    fd = fcntl.fcntl(sock.fileno(), fcntl.F_DUPFD_CLOEXEC, CLIENT_FD + 1)
    sock.close()
    return socket.socket(fileno=fd)


def _start(programs: Programs, guests: Optional[int]) -> tuple[int,
                                                                socket.socket]:
    args = [programs.supervisor]
    if guests is not None:
        args += ["--guests", str(guests)]
    args += [programs.zygote, "immure-zygote", "--serve"]
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    mine, theirs = _above_client(pair[0]), _above_client(pair[1])
    try:
        pid = os.posix_spawn(args[0], args, os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, theirs.fileno(), CLIENT_FD),
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)])
    except OSError as error:
        mine.close()
        raise Unavailable("can't start %s: %s" % (args[0], error.strerror),
                          code="programs") from None
    finally:
        theirs.close()
    return pid, mine


def _end(sock: socket.socket, pid: int, owner: int) -> None:
    """End the supervisor, and so all its guests, and wait for it.  A child of
    fork only lets go."""
    if os.getpid() != owner:
        sock.close()
        return
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass


class Link:
    """Frames go out under a lock; one thread reads what comes in."""

    def __init__(self, programs: Programs, policy: str,
                 guests: Optional[int]) -> None:
        self.owner = os.getpid()
        self.pid, self._sock = _start(programs, guests)
        self._lock = threading.Lock()  # of the table
        self._write = threading.Lock()
        self._calls: dict[int, Call] = {}
        self._last = 0
        self._opened = False  # a guest may exist
        self._dead: Optional[str] = None
        self.ending = "the supervisor ended"  # what calls are told then
        self.close = weakref.finalize(self, _end, self._sock, self.pid,
                                      self.owner)
        self._send(_wire.frame(_wire.POLICY, _POLICY, policy.encode("utf-8")))
        # The thread must not keep the link alive.
        threading.Thread(target=_read, name="immure", daemon=True,
                         args=(self._sock, weakref.ref(self))).start()

    @property
    def usable(self) -> bool:
        """False once it is gone, and in a child of fork."""
        return self._dead is None and self.close.alive and \
            os.getpid() == self.owner

    def _send(self, data: bytes) -> None:
        with self._write:
            try:
                self._sock.sendall(data)
            except OSError:
                pass  # the reader finds out, and tells all calls

    def begin(self, call: Call) -> None:
        """Give a call its id.

        :raises Unavailable: when there is none left, or nobody to give it.
        """
        with self._lock:
            if self._dead is not None:
                raise Unavailable(self._dead, code="gone")
            if len(self._calls) >= _IDS - 1:
                raise Unavailable("%d jobs wait already" % (_IDS - 1),
                                  code="busy")
            while True:
                self._last = self._last % (_IDS - 1) + 1
                if self._last not in self._calls:
                    break
            call.id = self._last
            self._calls[call.id] = call

    def open_session(self, call: Call) -> None:
        self.begin(call)
        self._send(_job_frame(call))

    def submit(self, call: Call, frames: Callable[[int], bytes]
               ) -> Future[_result.Result]:
        """Send a job: FRAMES makes its frames, given the id."""
        self.begin(call)
        try:
            call.frames = frames(call.id)
        except BaseException:
            with self._lock:
                self._calls.pop(call.id, None)
            raise
        return self._wait_for(call, _job_frame(call))

    def step(self, call: Call, frames: bytes, functions: Dict[str, Function]
             ) -> Future[_result.Result]:
        """Send a session's next step."""
        with self._lock:
            why = self._dead or call.over
        if why is not None:
            raise Unavailable(why, code="gone")
        call.frames = frames
        call.functions = functions
        return self._wait_for(call, b"")

    def _wait_for(self, call: Call, start: bytes) -> Future[_result.Result]:
        future: Future[_result.Result] = Future()
        with self._lock:
            call.future = future
            dead = self._dead
            call.sent = dead is None
        if dead is not None:
            call.settle(None, Unavailable(dead, code="gone"))
            return future
        future.add_done_callback(lambda f: self._if_cancelled(call, f))
        self._send(start + call.frames)
        return future

    def _if_cancelled(self, call: Call, future: Future[_result.Result]) -> None:
        if future.cancelled():
            self.about(call, _wire.CANCEL)

    def about(self, call: Call, type: int) -> None:
        """Send an empty frame about a call, if it is not over."""
        with self._lock:
            known = self._calls.get(call.id) is call and self._dead is None
        if known:
            self._send(_wire.frame(type, call.id))

    # --- the reader's side

    def take(self, frame: _wire.Frame) -> None:
        if frame.type == _wire.OPENED:
            self._opened = True
        elif frame.type in (_wire.STDOUT, _wire.STDERR):
            self._take_output(frame)
        elif frame.type == _wire.CALL:
            self._take_call(frame)
        elif frame.type == _wire.RESULT:
            self._take_result(frame)
        elif frame.type == _wire.FAILURE:
            code, text = _wire.cause(frame.payload)
            self._finish(frame.id, Unavailable(text, code=code))
        elif frame.type == _wire.BUSY:
            self._take_busy(frame)
        elif frame.type == _wire.CLOSED:
            text = "the session is over: " + \
                frame.payload.decode("utf-8", "replace")
            self._finish(frame.id, Unavailable(text, code="gone"), text)

    def _take_result(self, frame: _wire.Frame) -> None:
        with self._lock:
            call = self._calls.get(frame.id)
            if call is None:
                return
            if not call.session:
                del self._calls[frame.id]
        try:
            call.settle(_result.parse(frame.payload[_wire.RESULT_HEAD:]), None)
        except (ValueError, KeyError, TypeError) as error:
            call.settle(None, Unavailable(
                "a result of another version: %r" % error, may_have_run=True,
                code="protocol"))

    def _take_call(self, frame: _wire.Frame) -> None:
        """In a thread of its own: it may take its time, and run jobs."""
        with self._lock:
            call = self._calls.get(frame.id)
        if call is not None and call.future is not None:
            threading.Thread(target=self._answer, daemon=True,
                             name="immure call",
                             args=(call, call.future, frame)).start()

    def _answer(self, call: Call, future: Future[_result.Result],
                frame: _wire.Frame) -> None:
        serial, name, data = _wire.call(frame.payload)
        try:
            status, text = _functions.answer(call.functions.get(name), data)
        except BaseException as error:
            # Its step may be over by now, and its successor has done nothing.
            if call.future is future:
                call.settle(None, error)
                self.about(call, _wire.CANCEL)
            return
        self._send(_wire.answer(frame.id, serial, status, text))

    def _take_output(self, frame: _wire.Frame) -> None:
        with self._lock:
            call = self._calls.get(frame.id)
        if call is None or call.on_output is None:
            return
        try:
            call.on_output(1 if frame.type == _wire.STDOUT else 2,
                           frame.payload)
        except Exception as error:
            call.on_output = None
            call.settle(None, error)
            self.about(call, _wire.CANCEL)

    def _finish(self, id: int, error: Unavailable, why: Optional[str] = None
                ) -> None:
        with self._lock:
            call = self._calls.pop(id, None)
        if call is not None:
            call.over = why or str(error)
            call.settle(None, error)

    def _take_busy(self, frame: _wire.Frame) -> None:
        """Not taken: sent again, until the caller's patience is over.  The
        frames carry the call's id, which stays its own meanwhile."""
        with self._lock:
            call = self._calls.get(frame.id)
        if call is None:
            return
        pause = struct.unpack("<I", frame.payload)[0] / 1000
        if call.session or time.monotonic() + pause > call.deadline:
            self._finish(frame.id, Unavailable("too many jobs wait",
                                               code="busy"))
            return
        call.sent = False
        timer = threading.Timer(pause, self._again, (call,))
        timer.daemon = True
        timer.start()

    def _again(self, call: Call) -> None:
        with self._lock:
            future, frames = call.future, call.frames
            wanted = future is not None and not future.cancelled()
            call.sent = wanted
            if not wanted:
                self._calls.pop(call.id, None)
        if wanted:
            self._send(_job_frame(call) + frames)

    def lose(self) -> None:
        """The connection is over: so is every call."""
        text = self.ending
        with self._lock:
            if self._dead is not None:
                return
            self._dead = text
            calls = list(self._calls.values())
            self._calls.clear()
        for call in calls:
            call.over = text
            may = call.sent and self._opened
            call.settle(None, Unavailable(
                text + (": the code may have run" if may else
                        ": the code has not run"),
                may_have_run=may, code="gone"))
        self.close()


def _job_frame(call: Call) -> bytes:
    flags = (_wire.FLAG_SESSION if call.session else 0) | \
        (_wire.FLAG_STREAM if call.on_output else 0)
    return _wire.frame(_wire.JOB, call.id, struct.pack("<II", _POLICY, flags))


def _read(sock: socket.socket, link: weakref.ref[Link]) -> None:
    with sock, sock.makefile("rb") as stream:
        while True:
            try:
                frame = _wire.read_frame(stream)
            except (OSError, ValueError):
                frame = None
            target = link()
            if target is None:
                return
            if frame is None:
                target.lose()
                return
            target.take(frame)
            del target
