"""http.client and urllib.request of a guest, over a gateway of the kind fetch.

Both are the library's own; only the connection is ours.  It takes the bytes of
a request, as a socket would, asks the gateway, and gives the answer's bytes.
Redirects are the library's to follow: each is a call of its own, and passes
the gateway's rules again.
"""
import _immure_fetch
import _immure_gateway
import _immure_patch
from _jail import JailError


class GatewayFailed(OSError):
    """No connection, as the library sees it."""

    __module__, __qualname__ = "builtins", "OSError"


class _Connection:
    """What stands where http.client has a socket."""

    def __init__(self, scheme, host, port, timeout):
        self._where = "%s://%s:%s" % (
            scheme, "[%s]" % host if ":" in host else host, port)
        self._timeout = timeout
        self._sent = bytearray()

    def sendall(self, data):
        self._sent += data

    send = sendall

    def settimeout(self, timeout):
        self._timeout = timeout

    def gettimeout(self):
        return self._timeout

    def setsockopt(self, *_):
        pass

    def close(self):
        pass

    def shutdown(self, _):
        pass

    def makefile(self, *_, **__):
        import io
        sent, self._sent = bytes(self._sent), bytearray()
        return io.BytesIO(self._exchange(sent))

    def _exchange(self, sent):
        method, target, headers, body = _read_request(sent)
        whole = target.startswith(("http://", "https://"))
        url = target if whole else self._where + target
        try:
            head, answer = _immure_fetch.exchange(
                url, method, headers, body, self._timeout, False)
        except _immure_gateway.GatewayTimeout as error:
            raise TimeoutError(str(error)) from None
        except _immure_gateway.GatewayError as error:
            raise GatewayFailed(str(error)) from None
        return _write_answer(method, head, answer)


def _read_request(sent):
    head, _, body = sent.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = []
    for line in lines:
        name, _, value = line.partition(":")
        headers.append((name, value.strip()))
    chunked = any(name.lower() == "transfer-encoding"
                  and value.lower() == "chunked" for name, value in headers)
    return method, target, headers, _join_chunks(body) if chunked else body


def _join_chunks(data):
    parts, at = [], 0
    while True:
        end = data.index(b"\r\n", at)
        size = int(data[at:end].split(b";")[0], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(data[end + 2:end + 2 + size])
        at = end + 2 + size + 2


def _write_answer(method, head, body):
    lines = ["HTTP/1.1 %d %s" % (head["status"], head["reason"])]
    lines += ["%s: %s" % (name, value) for name, value in head["headers"]
              if method == "HEAD" or name.lower() != "content-length"]
    if method != "HEAD":
        lines.append("Content-Length: %d" % len(body))
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def _timeout_of(connection):
    # The default is an object of `socket`, or of the socket that a program had
    # before it entered the jail.
    import socket
    if isinstance(connection.timeout, (int, float, type(None))):
        return connection.timeout
    return socket.getdefaulttimeout()


def patch_client():
    """Connections of http.client by the gateway."""
    import http.client as client

    def connect(self):
        """Connect to the host and port specified in __init__."""
        if self._tunnel_host:
            raise OSError("a gateway opens no tunnels: ask for the https URL")
        self.sock = _Connection(self._immure_scheme, self.host, self.port,
                                _timeout_of(self))

    client.HTTPConnection._immure_scheme = "http"
    client.HTTPConnection.connect = connect
    _immure_patch.set_and_swap(client, "HTTPSConnection", _make_https(client))
    if hasattr(client, "_create_https_context"):    # CPython 3.12 and newer
        client._create_https_context = lambda http_version: None
    if "HTTPSConnection" not in client.__all__:
        client.__all__.append("HTTPSConnection")


def _make_https(client):
    class HTTPSConnection(client.HTTPConnection):
        """HTTP over TLS, which is the gateway's."""

        __module__, __qualname__ = "http.client", "HTTPSConnection"
        default_port = client.HTTPS_PORT
        _immure_scheme = "https"

        def __init__(self, host, port=None, key_file=None, cert_file=None,
                     *args, context=None, check_hostname=None, **kwargs):
            if key_file or cert_file or context or check_hostname is False:
                raise ValueError(
                    "TLS is the gateway's: it verifies servers, always, and "
                    "takes no key, certificate or context of a guest's")
            super().__init__(host, port, *args, **kwargs)

    return HTTPSConnection


def patch_urllib():
    """Refusals stay what they are; what else the gateway says is an error of
    the network, as if the connection had failed."""
    import contextlib
    import urllib.request as request
    with contextlib.suppress(ImportError):
        import http.cookiejar   # noqa: F401  HTTPCookieProcessor asks for it
    do_open = request.AbstractHTTPHandler.do_open

    def do_open_or_refuse(self, http_class, req, **conn_args):
        try:
            return do_open(self, http_class, req, **conn_args)
        except request.URLError as error:
            if isinstance(error.reason, JailError):
                raise error.reason from None
            raise
        except GatewayFailed as error:
            raise request.URLError(error) from None

    do_open_or_refuse.__name__ = "do_open"
    do_open_or_refuse.__qualname__ = "AbstractHTTPHandler.do_open"
    request.AbstractHTTPHandler.do_open = do_open_or_refuse
