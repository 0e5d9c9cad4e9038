# Clients in other languages: they know the protocol and nothing else.
TESTS += tests/client/client_test.py
EXTRA_DIST += $(addprefix $(srcdir)/client/python/, README.md pyproject.toml) \
	$(wildcard $(addprefix $(srcdir)/client/python/, \
	src/immure/*.py src/immure/py.typed src/immure/*/*.py \
	tests/*.py tests/*/*))
