import socket

import immure

assert socket.AF_INET == 2 and socket.SOCK_STREAM.name == "SOCK_STREAM"
assert socket.error is OSError and socket.timeout is TimeoutError
assert socket.inet_aton("127.1") == b"\x7f\0\0\1"
assert socket.inet_ntoa(b"\x7f\0\0\1") == "127.0.0.1"
assert socket.inet_pton(socket.AF_INET6, "::1") == bytes(15) + b"\1"
assert socket.inet_ntop(socket.AF_INET, bytes(4)) == "0.0.0.0"
assert socket.ntohs(socket.htons(80)) == 80 and socket.htonl(1) == 1 << 24
assert socket.getdefaulttimeout() is None
socket.setdefaulttimeout(2)
assert socket.getdefaulttimeout() == 2.0
try:
    socket.inet_aton("1.2.3.999")
except OSError:
    pass
else:
    raise AssertionError("bad address")
for name in ("socket", "create_connection", "socketpair", "getaddrinfo",
             "gethostname", "gethostbyname", "fromfd"):
    try:
        getattr(socket, name)(*{"gethostbyname": ["localhost"]}.get(
            name, ["localhost", 1]))
    except immure.JailDenied as error:
        assert error.rule == "socket." + name
    else:
        raise AssertionError(name)


class Mine(socket.socket):
    pass


try:
    Mine()
except OSError:
    pass
