"""`socket` of a guest: names, constants, address arithmetic, and connections to
gateways; no network."""
import enum as _enum
import errno as _errno
import os  # the library reads socket.os
import sys

import _immure_stream as _stream
from _immure_patch import refusing as _refusing

__name__ = "socket"

_REASON = "a guest has no network"
_FIX = "Pass the data in with --stdin or --file"

# Linux; only what programs and the library name.
_FAMILIES = {
    "AF_UNSPEC": 0, "AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10,
    "AF_NETLINK": 16, "AF_PACKET": 17, "AF_BLUETOOTH": 31, "AF_CAN": 29,
    "AF_ALG": 38, "AF_VSOCK": 40,
}
_KINDS = {
    "SOCK_STREAM": 1, "SOCK_DGRAM": 2, "SOCK_RAW": 3, "SOCK_RDM": 4,
    "SOCK_SEQPACKET": 5, "SOCK_CLOEXEC": 524288, "SOCK_NONBLOCK": 2048,
}
_MESSAGES = {
    "MSG_OOB": 1, "MSG_PEEK": 2, "MSG_DONTROUTE": 4, "MSG_CTRUNC": 8,
    "MSG_TRUNC": 32, "MSG_DONTWAIT": 64, "MSG_EOR": 128, "MSG_WAITALL": 256,
    "MSG_CONFIRM": 2048, "MSG_ERRQUEUE": 8192, "MSG_NOSIGNAL": 16384,
    "MSG_MORE": 32768, "MSG_CMSG_CLOEXEC": 1073741824,
    "MSG_FASTOPEN": 536870912,
}
_ADDRESS_INFO = {
    "AI_PASSIVE": 1, "AI_CANONNAME": 2, "AI_NUMERICHOST": 4,
    "AI_V4MAPPED": 8, "AI_ALL": 16, "AI_ADDRCONFIG": 32,
    "AI_NUMERICSERV": 1024,
}
_NUMBERS = {
    "SOL_SOCKET": 1, "SOL_IP": 0, "SOL_TCP": 6, "SOL_UDP": 17,
    "SO_DEBUG": 1, "SO_REUSEADDR": 2, "SO_TYPE": 3, "SO_ERROR": 4,
    "SO_DONTROUTE": 5, "SO_BROADCAST": 6, "SO_SNDBUF": 7, "SO_RCVBUF": 8,
    "SO_KEEPALIVE": 9, "SO_OOBINLINE": 10, "SO_PRIORITY": 12,
    "SO_LINGER": 13, "SO_REUSEPORT": 15, "SO_PASSCRED": 16,
    "SO_PEERCRED": 17, "SO_RCVLOWAT": 18, "SO_SNDLOWAT": 19,
    "SO_RCVTIMEO": 20, "SO_SNDTIMEO": 21, "SO_BINDTODEVICE": 25,
    "SO_ACCEPTCONN": 30, "SO_MARK": 36, "SO_PROTOCOL": 38, "SO_DOMAIN": 39,
    "SOMAXCONN": 4096, "SCM_RIGHTS": 1, "SCM_CREDENTIALS": 2,
    "SHUT_RD": 0, "SHUT_WR": 1, "SHUT_RDWR": 2,
    "IPPROTO_IP": 0, "IPPROTO_ICMP": 1, "IPPROTO_TCP": 6, "IPPROTO_UDP": 17,
    "IPPROTO_IPV6": 41, "IPPROTO_RAW": 255, "IPPROTO_ICMPV6": 58,
    "IP_TOS": 1, "IP_TTL": 2, "IP_HDRINCL": 3, "IP_OPTIONS": 4,
    "IP_MULTICAST_IF": 32, "IP_MULTICAST_TTL": 33, "IP_MULTICAST_LOOP": 34,
    "IP_ADD_MEMBERSHIP": 35, "IP_DROP_MEMBERSHIP": 36,
    "IPV6_V6ONLY": 26, "IPV6_JOIN_GROUP": 20, "IPV6_LEAVE_GROUP": 21,
    "IPV6_MULTICAST_HOPS": 18, "IPV6_MULTICAST_IF": 17,
    "IPV6_MULTICAST_LOOP": 19, "IPV6_UNICAST_HOPS": 16,
    "TCP_NODELAY": 1, "TCP_MAXSEG": 2, "TCP_CORK": 3, "TCP_KEEPIDLE": 4,
    "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 6, "TCP_SYNCNT": 7, "TCP_LINGER2": 8,
    "TCP_DEFER_ACCEPT": 9, "TCP_WINDOW_CLAMP": 10, "TCP_INFO": 11,
    "TCP_QUICKACK": 12, "TCP_CONGESTION": 13, "TCP_USER_TIMEOUT": 18,
    "TCP_FASTOPEN": 23,
    "INADDR_ANY": 0, "INADDR_BROADCAST": 0xffffffff, "INADDR_NONE":
    0xffffffff, "INADDR_LOOPBACK": 0x7f000001,
    "NI_NUMERICHOST": 1, "NI_NUMERICSERV": 2, "NI_NOFQDN": 4,
    "NI_NAMEREQD": 8, "NI_DGRAM": 16, "NI_MAXHOST": 1025, "NI_MAXSERV": 32,
    "EAI_AGAIN": -3, "EAI_BADFLAGS": -1, "EAI_FAIL": -4, "EAI_FAMILY": -6,
    "EAI_MEMORY": -10, "EAI_NODATA": -5, "EAI_NONAME": -2, "EAI_SERVICE": -8,
    "EAI_SOCKTYPE": -7, "EAI_SYSTEM": -11, "EAI_OVERFLOW": -12,
    "EAI_ADDRFAMILY": -9,
}

AddressFamily = _enum.IntEnum("AddressFamily", _FAMILIES, module="socket")
SocketKind = _enum.IntEnum("SocketKind", _KINDS, module="socket")
MsgFlag = _enum.IntFlag("MsgFlag", _MESSAGES, module="socket")
AddressInfo = _enum.IntFlag("AddressInfo", _ADDRESS_INFO, module="socket")
for _members in (AddressFamily, SocketKind, MsgFlag, AddressInfo):
    globals().update(_members.__members__)
globals().update(_NUMBERS)

has_ipv6 = False
_GLOBAL_DEFAULT_TIMEOUT = object()
_LOCALHOST, _LOCALHOST_V6 = "127.0.0.1", "::1"

error = OSError
timeout = TimeoutError


class herror(OSError):
    """What resolver functions would raise."""


class gaierror(OSError):
    """What getaddrinfo() would raise."""


socket = SocketType = _stream.socket
SocketIO = _stream.SocketIO
create_connection = _stream.create_connection
getaddrinfo = _stream.getaddrinfo
gethostbyname = _stream.gethostbyname

for _name in ("create_server", "fromfd", "socketpair",
              "dup", "close", "getnameinfo", "getfqdn",
              "gethostname", "sethostname",
              "gethostbyname_ex", "gethostbyaddr", "getprotobyname",
              "getservbyname", "getservbyport", "if_nameindex",
              "if_nametoindex", "if_indextoname", "send_fds", "recv_fds"):
    globals()[_name] = _refusing("socket", _name, _REASON, _FIX)
del _name, _members

_timeout = [None]


def getdefaulttimeout():
    """The timeout that new sockets would have, in seconds or None."""
    return _timeout[0]


def setdefaulttimeout(timeout, /):
    """Set what getdefaulttimeout() returns."""
    if timeout is not None:
        timeout = float(timeout)
        if timeout < 0:
            raise ValueError("Timeout value out of range")
    _timeout[0] = timeout


def has_dualstack_ipv6():
    """False: there is no network here."""
    return False


def _swapper(name, size):
    def swap(x, /):
        number = x.__index__()
        if number < 0:
            raise OverflowError("can't convert negative value to unsigned int")
        if number >> (8 * size):
            raise OverflowError("%s: Python int too large to convert to C "
                                "%d-bit unsigned integer" % (name, 8 * size))
        return int.from_bytes(number.to_bytes(size, "big"), sys.byteorder)
    swap.__name__ = swap.__qualname__ = name
    swap.__doc__ = "Convert between host and network byte order."
    return swap


htons, ntohs = _swapper("htons", 2), _swapper("ntohs", 2)
htonl, ntohl = _swapper("htonl", 4), _swapper("ntohl", 4)


def inet_aton(ip_addr, /):
    """Convert an IPv4 address, in inet_aton(3)'s forms, to 4 bytes."""
    parts = ip_addr.split(".")
    try:
        numbers = [_aton_number(part) for part in parts]
        if not 1 <= len(parts) <= 4 or max(numbers[:-1], default=0) > 255:
            raise ValueError
        rest = numbers.pop().to_bytes(5 - len(parts), "big")
    except (ValueError, OverflowError):
        raise OSError("illegal IP address string passed to inet_aton") \
            from None
    return bytes(numbers) + rest


def _aton_number(text):
    if not text.isalnum() or not text.isascii():
        raise ValueError
    if text[:2].lower() == "0x":
        return int(text[2:], 16)
    return int(text, 8 if text[0] == "0" else 10)


def inet_ntoa(packed_ip, /):
    """Convert 4 bytes to a dotted IPv4 address."""
    data = bytes(packed_ip)
    if len(data) != 4:
        raise OSError("packed IP wrong length")
    return "%d.%d.%d.%d" % tuple(data)


def _address_class(af):
    import ipaddress
    if af == 2:
        return ipaddress.IPv4Address
    if af == 10:
        return ipaddress.IPv6Address
    raise OSError(_errno.EAFNOSUPPORT, "Address family not supported by "
                  "protocol")


def inet_pton(address_family, ip_string, /):
    """Convert an address of text to its bytes."""
    kind = _address_class(address_family)
    try:
        if "%" in ip_string:
            raise ValueError
        return kind(str(ip_string)).packed
    except ValueError:
        raise OSError("illegal IP address string passed to inet_pton") \
            from None


def inet_ntop(address_family, packed_ip, /):
    """Convert an address of bytes to its text."""
    kind = _address_class(address_family)
    data = bytes(packed_ip)
    if len(data) != (4 if address_family == 2 else 16):
        raise ValueError("invalid length of packed IP address string")
    return str(kind(data))


def CMSG_LEN(length, /):
    """Length of a control message with LENGTH bytes of data (64-bit)."""
    return length + 16


def CMSG_SPACE(length, /):
    """CMSG_LEN() with padding (64-bit)."""
    return (length + 7 & ~7) + 16


__all__ = sorted(name for name in globals()
                 if not name.startswith("_") and name not in ("os", "sys"))
