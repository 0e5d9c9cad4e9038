import unicodedata

assert unicodedata.normalize("NFD", "é") == "e\u0301"
assert unicodedata.name("é") == "LATIN SMALL LETTER E WITH ACUTE"
assert unicodedata.lookup("SNOWMAN") == "☃" == "\N{SNOWMAN}"
assert unicodedata.category("A") == "Lu" and unicodedata.numeric("½") == 0.5
