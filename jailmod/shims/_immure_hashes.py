"""What hashlib has of OpenSSL alone, for an interpreter without OpenSSL.

The functions are hashlib's own as far as a guest can tell; they are slower.
"""
import struct


def _bytes_of(name, value):
    try:
        return bytes(memoryview(value))
    except TypeError:
        raise TypeError("%s: a bytes-like object is required, not '%s'"
                        % (name, type(value).__name__)) from None


def pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None):
    """Password based key derivation function 2 (PKCS #5 v2.0) with HMAC."""
    if not isinstance(hash_name, str):
        raise TypeError("hash_name must be a str")
    import hmac  # comes with hashlib, not with this module
    salt = _bytes_of("salt", salt)
    keyed = hmac.new(_bytes_of("password", password), digestmod=hash_name)
    if dklen is None:
        dklen = keyed.digest_size
    if iterations < 1:
        raise ValueError("iteration value must be greater than 0.")
    if dklen < 1:
        raise ValueError("key length must be greater than 0.")

    def step(data):
        one = keyed.copy()
        one.update(data)
        return one.digest()

    key, block = b"", 0
    while len(key) < dklen:
        block += 1
        last = step(salt + block.to_bytes(4, "big"))
        sum_ = int.from_bytes(last, "big")
        for _ in range(iterations - 1):
            last = step(last)
            sum_ ^= int.from_bytes(last, "big")
        key += sum_.to_bytes(keyed.digest_size, "big")
    return key[:dklen]


_MASK = 0xffffffff
# Salsa20/8, twice a round: (to, from, from, bits), RFC 7914.
_QUARTERS = tuple(
    step
    for a, b, c, d in ((0, 4, 8, 12), (5, 9, 13, 1), (10, 14, 2, 6),
                       (15, 3, 7, 11), (0, 1, 2, 3), (5, 6, 7, 4),
                       (10, 11, 8, 9), (15, 12, 13, 14))
    for step in ((b, a, d, 7), (c, b, a, 9), (d, c, b, 13), (a, d, c, 18)))


def _salsa(words):
    x = list(words)
    for _ in range(4):
        for to, one, other, bits in _QUARTERS:
            t = x[one] + x[other] & _MASK
            x[to] ^= (t << bits | t >> 32 - bits) & _MASK
    return [a + b & _MASK for a, b in zip(x, words)]


def _mix_block(words, r):
    x, rows = words[-16:], []
    for at in range(0, 32 * r, 16):
        x = _salsa([a ^ b for a, b in zip(x, words[at:at + 16])])
        rows.append(x)
    return [w for row in rows[::2] + rows[1::2] for w in row]


def _mix(block, n, r):
    form = "<%dI" % (32 * r)
    x, kept = list(struct.unpack(form, block)), []
    for _ in range(n):
        kept.append(x)
        x = _mix_block(x, r)
    for _ in range(n):
        row = kept[x[-16] & n - 1]
        x = _mix_block([a ^ b for a, b in zip(x, row)], r)
    return struct.pack(form, *x)


def scrypt(password, *, salt, n, r, p, maxmem=0, dklen=64):
    """scrypt password-based key derivation function."""
    password = _bytes_of("password", password)
    salt = _bytes_of("salt", salt)
    if n < 2 or n & n - 1:
        raise ValueError("n must be a power of 2.")
    if not 0 <= maxmem <= 2 ** 31 - 1:
        raise ValueError("maxmem must be positive and smaller than 2147483647")
    if not 1 <= dklen <= 2 ** 31 - 1:
        raise ValueError("dklen must be greater than 0 and smaller than "
                         "2147483647")
    if (r < 1 or p < 1 or r * p >= 2 ** 30
            or 128 * r * (n + p + 2) > (maxmem or 32 << 20)):
        raise ValueError("Invalid parameter combination for n, r, p, maxmem.")
    size = 128 * r
    blocks = pbkdf2_hmac("sha256", password, salt, 1, p * size)
    mixed = b"".join(_mix(blocks[at:at + size], n, r)
                     for at in range(0, p * size, size))
    return pbkdf2_hmac("sha256", password, mixed, 1, dklen)


def patch():
    """Into hashlib, where it has none of OpenSSL's."""
    import hashlib
    for function in (pbkdf2_hmac, scrypt):
        if not hasattr(hashlib, function.__name__):
            function.__module__ = "hashlib"
            setattr(hashlib, function.__name__, function)
