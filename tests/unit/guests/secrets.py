import secrets

assert len(secrets.token_bytes(16)) == 16 and len(secrets.token_hex(4)) == 8
assert secrets.token_urlsafe() != secrets.token_urlsafe()
assert secrets.choice([1, 2]) in (1, 2) and 0 <= secrets.randbelow(5) < 5
assert secrets.compare_digest("a", "a")
