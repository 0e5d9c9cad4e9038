import hmac

mac = hmac.new(b"key", b"The quick brown fox jumps over the lazy dog", "sha256")
assert mac.hexdigest().startswith("f7bc83f430538424b13298e6aa6fb143")
assert hmac.compare_digest(mac.digest(), hmac.digest(
    b"key", b"The quick brown fox jumps over the lazy dog", "sha256"))
