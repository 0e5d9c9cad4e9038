"""The event loop of a guest: callbacks, timers and nothing else.

asyncio.BaseEventLoop asks its selector to wait; here waiting is sleeping.
There are no sockets, pipes, signals or threads, so nothing but a timer can
end a wait: a loop without timers sleeps until a limit of the job ends it.
"""
import asyncio
import asyncio.base_events
import asyncio.events
import time
import types

from _immure_patch import refusing, set_and_swap

_FOREVER = 3600.0

_NETWORK = "a guest has no network"
_PROCESS = "a guest cannot start a process"
_THREAD = "a guest has one thread"
_SIGNAL = "a guest handles no signals"
_PIPE = "a guest has no descriptors of its own"

_FIXES = {
    _NETWORK: "Fetch it in the host, and give it to the job: "
              "--file NAME=PATH or --stdin PATH",
    _PROCESS: "Do it in the host, and give the guest what comes of it: "
              "--file NAME=PATH or --globals",
    _THREAD: "Call the function, or await a coroutine",
    _SIGNAL: "Catch immure.TimeLimit to end well at a limit",
}
_REFUSED = {
    _NETWORK: ("create_connection", "create_server", "create_unix_connection",
               "create_unix_server", "create_datagram_endpoint",
               "connect_accepted_socket", "start_tls", "sendfile",
               "sock_recv", "sock_recv_into", "sock_recvfrom",
               "sock_recvfrom_into", "sock_sendall", "sock_sendto",
               "sock_connect", "sock_accept", "sock_sendfile", "getaddrinfo",
               "getnameinfo"),
    _PIPE: ("add_reader", "remove_reader", "add_writer", "remove_writer",
            "connect_read_pipe", "connect_write_pipe"),
    _PROCESS: ("subprocess_shell", "subprocess_exec"),
    _SIGNAL: ("add_signal_handler", "remove_signal_handler"),
    _THREAD: ("run_in_executor",),
}


class _Sleeper:
    """In the place of a selector: no events, only time."""

    def select(self, timeout=None, _sleep=time.sleep):
        if timeout is None:
            timeout = _FOREVER
        if timeout > 0:
            _sleep(min(timeout, _FOREVER))
        return []

    def get_map(self):
        return {}

    def close(self):
        pass


class EventLoop(asyncio.base_events.BaseEventLoop):
    """An event loop of timers and callbacks."""

    __module__ = "asyncio"
    __qualname__ = "EventLoop"

    def __init__(self, selector=None):
        super().__init__()
        self._selector = _Sleeper()

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass

    def _set_coroutine_origin_tracking(self, enabled):
        # It would need a thread-wide switch of the interpreter.
        self._coroutine_origin_tracking_enabled = bool(enabled)


def _add_refusals():
    for reason, names in _REFUSED.items():
        for name in names:
            setattr(EventLoop, name, refusing(
                "asyncio", name, reason, _FIXES.get(reason, ""),
                what="loop." + name))


class DefaultEventLoopPolicy(asyncio.events.BaseDefaultEventLoopPolicy):
    """The policy that makes the guest's event loops."""

    __module__ = "asyncio"
    _loop_factory = EventLoop


def _interrupt_nothing():
    """asyncio.run() would set a handler for SIGINT, were there a default one
    to replace."""
    import asyncio.runners
    import signal
    asyncio.runners.signal = types.SimpleNamespace(
        SIGINT=signal.SIGINT, getsignal=lambda number: None,
        default_int_handler=signal.default_int_handler)


def patch():
    """Make EventLoop the loop of asyncio."""
    _interrupt_nothing()
    _add_refusals()
    set_and_swap(asyncio, "SelectorEventLoop", EventLoop)
    set_and_swap(asyncio, "DefaultEventLoopPolicy", DefaultEventLoopPolicy)
    if hasattr(asyncio, "EventLoop"):
        set_and_swap(asyncio, "EventLoop", EventLoop)
    asyncio.set_event_loop_policy(DefaultEventLoopPolicy())
