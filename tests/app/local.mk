# Applications hosted by immure app.
if HAVE_APP
TESTS += tests/app/files_test.py tests/app/http_test.py \
	tests/app/tenants_test.py tests/app/tutorial_test.py
endif
EXTRA_DIST += $(wildcard $(addprefix $(srcdir)/tests/app/apps/, \
	*/*.toml */*.py */templates/*))
