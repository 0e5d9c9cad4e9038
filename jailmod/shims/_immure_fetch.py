"""HTTP and HTTPS by gateways of the kind fetch.

    from immure.gateway import fetch
    answer = fetch("https://api.example.com/v1/items", timeout=3)
    print(answer.status, answer.headers["Content-Type"], answer.json())

Which URLs can be asked for, where their hosts may be and how large an answer
may be is decided outside, for each URL and for each that it redirects to.
"""
import _immure_gateway as _gateway

__all__ = ["Answer", "fetch"]


class Answer:
    """What a server answered: status, reason, url (of the last redirect),
    headers (as an email.message.Message), body (bytes), redirects (how many
    were followed) and dropped (names of headers that were not sent)."""

    __module__ = "immure.gateway"

    def __init__(self, head, body):
        from email.message import Message
        self.status, self.reason = head["status"], head["reason"]
        self.url, self.redirects = head["url"], head["redirects"]
        self.dropped = head["dropped"]
        self.headers = Message()
        for name, value in head["headers"]:
            self.headers[name] = value
        self.body = body

    def __repr__(self):
        return "<Answer %d of %s>" % (self.status, self.url)

    @property
    def ok(self):
        """Whether the status is below 400."""
        return self.status < 400

    @property
    def text(self):
        """The body as text, by the charset of its type, or UTF-8."""
        charset = self.headers.get_content_charset("utf-8")
        try:
            return self.body.decode(charset, "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def json(self):
        """The value of a body that is JSON."""
        import json
        return json.loads(self.body)


def fetch(url, method=None, headers=None, body=None, timeout=None, *,
          json=None, redirect=True, gateway=None):
    """Ask a server; its Answer, whatever its status.

    HEADERS is a mapping or pairs.  BODY is bytes or a text; JSON any value of
    it, in the body's place.  TIMEOUT is in seconds.  GATEWAY names one, where
    the program has several.  Raises JailDenied for what no rule allows, and
    GatewayError, GatewayTimeout when no answer came.
    """
    pairs = list(headers.items() if hasattr(headers, "items")
                 else headers or ())
    if json is not None:
        if body is not None:
            raise TypeError("fetch() takes body or json, not both")
        import json as library
        body = library.dumps(json, allow_nan=False)
        if not any(name.lower() == "content-type" for name, _ in pairs):
            pairs.append(("Content-Type", "application/json"))
    if isinstance(body, str):
        body = body.encode()
    return Answer(*exchange(url, method or ("GET" if body is None else "POST"),
                            pairs, body or b"", timeout, redirect, gateway))


def exchange(url, method, pairs, body, timeout, redirect, gateway=None):
    """(head, body) of the answer, as host/gateway/fetch.c has them."""
    import json
    head = {"url": _ascii_url(url), "method": method,
            "headers": [[str(name), str(value)] for name, value in pairs],
            "redirect": bool(redirect)}
    if timeout is not None:
        head["timeout"] = max(1, min(round(timeout * 1000), 86400000))
    text = json.dumps(head).encode("ascii")
    answer = _gateway.ask(_gateway.pick("fetch", gateway),
                          len(text).to_bytes(4, "little") + text + body)
    end = 4 + int.from_bytes(answer[:4], "little")
    return json.loads(answer[4:end]), answer[end:]


def _ascii_url(url):
    """Names of hosts as DNS has them, all else by its UTF-8."""
    url = str(url)
    if url.isascii():
        return url
    from urllib.parse import quote, urlsplit, urlunsplit
    parts = urlsplit(url)
    where = parts.netloc
    if not where.isascii():
        host, colon, port = where.partition(":")
        where = host.encode("idna").decode("ascii") + colon + port
    return urlunsplit((parts.scheme, where, *(
        quote(part, safe="%/:=&?~#+!$,;'@()*[]") for part in parts[2:])))
