import stringprep

assert stringprep.in_table_a1("\u0221") and stringprep.map_table_b2("A") == "a"
assert "bücher".encode("idna") == b"xn--bcher-kva"
