# Every limit, met in every way.
TESTS += tests/limits/limits_test.py tests/limits/fuel_test.py
EXTRA_DIST += tests/limits/table.toml
