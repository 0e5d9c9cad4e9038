"""`ssl` of a guest: what the library names at import; no TLS."""
import enum as _enum

from _immure_patch import refusing as _refusing
from _immure_patch import refusing_class as _refusing_class

__name__ = "ssl"

_REASON = "a guest has no network"
_FIX = "Use hashlib, hmac or secrets"


class SSLError(OSError):
    """An error of the TLS library."""

    library = reason = None


class SSLZeroReturnError(SSLError):
    """TLS connection was closed."""


class SSLWantReadError(SSLError):
    """More data is needed before the read can be completed."""


class SSLWantWriteError(SSLError):
    """More room is needed before the write can be completed."""


class SSLSyscallError(SSLError):
    """A system error while an operation was attempted."""


class SSLEOFError(SSLError):
    """The connection was ended without notice."""


class SSLCertVerificationError(SSLError, ValueError):
    """A certificate could not be verified."""


CertificateError = SSLCertVerificationError
socket_error = OSError

VerifyMode = _enum.IntEnum("VerifyMode", {
    "CERT_NONE": 0, "CERT_OPTIONAL": 1, "CERT_REQUIRED": 2}, module="ssl")
TLSVersion = _enum.IntEnum("TLSVersion", {
    "MINIMUM_SUPPORTED": -2, "SSLv3": 768, "TLSv1": 769, "TLSv1_1": 770,
    "TLSv1_2": 771, "TLSv1_3": 772, "MAXIMUM_SUPPORTED": -1}, module="ssl")
Options = _enum.IntFlag("Options", {
    "OP_ALL": 0x80000050, "OP_NO_SSLv2": 0, "OP_NO_SSLv3": 0x2000000,
    "OP_NO_TLSv1": 0x4000000, "OP_NO_TLSv1_1": 0x10000000,
    "OP_NO_TLSv1_2": 0x8000000, "OP_NO_TLSv1_3": 0x20000000,
    "OP_NO_COMPRESSION": 0x20000, "OP_NO_TICKET": 0x4000,
    "OP_SINGLE_DH_USE": 0, "OP_SINGLE_ECDH_USE": 0}, module="ssl")
_SSLMethod = _enum.IntEnum("_SSLMethod", {
    "PROTOCOL_SSLv23": 2, "PROTOCOL_TLS": 2, "PROTOCOL_TLSv1": 3,
    "PROTOCOL_TLSv1_1": 4, "PROTOCOL_TLSv1_2": 5, "PROTOCOL_TLS_CLIENT": 16,
    "PROTOCOL_TLS_SERVER": 17}, module="ssl")
Purpose = _enum.Enum("Purpose", {
    "SERVER_AUTH": "1.3.6.1.5.5.7.3.1", "CLIENT_AUTH": "1.3.6.1.5.5.7.3.2"},
    module="ssl")
for _members in (VerifyMode, Options, _SSLMethod):
    globals().update(_members.__members__)
SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE = 2, 3
SSL_ERROR_SYSCALL, SSL_ERROR_EOF, SSL_ERROR_SSL = 5, 8, 1
SSL_ERROR_ZERO_RETURN = 6
HAS_SNI = HAS_ALPN = HAS_ECDH = HAS_NPN = HAS_NEVER_CHECK_COMMON_NAME = False
HAS_SSLv2 = HAS_SSLv3 = HAS_TLSv1 = HAS_TLSv1_1 = False
HAS_TLSv1_2 = HAS_TLSv1_3 = False
OPENSSL_VERSION = "none"
OPENSSL_VERSION_INFO = (0, 0, 0, 0, 0)
OPENSSL_VERSION_NUMBER = 0
CHANNEL_BINDING_TYPES = []
PEM_HEADER = "-----BEGIN CERTIFICATE-----"
PEM_FOOTER = "-----END CERTIFICATE-----"

for _name in ("SSLContext", "SSLSocket", "SSLObject", "SSLSession",
              "MemoryBIO"):
    globals()[_name] = _refusing_class("ssl", _name, _REASON, _FIX)
for _name in ("create_default_context", "_create_unverified_context",
              "_create_stdlib_context", "_create_default_https_context",
              "get_server_certificate", "wrap_socket", "RAND_add",
              "RAND_bytes", "RAND_pseudo_bytes", "RAND_status",
              "get_default_verify_paths", "match_hostname",
              "cert_time_to_seconds", "DER_cert_to_PEM_cert",
              "PEM_cert_to_DER_cert"):
    globals()[_name] = _refusing("ssl", _name, _REASON, _FIX)
del _name, _members
