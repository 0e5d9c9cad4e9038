# Many guests of one context: what they can do to each other, and see of those
# outside.
check_PROGRAMS += tests/crowd/crowd
tests_crowd_crowd_SOURCES = tests/crowd/crowd.c
tests_crowd_crowd_LDADD = libimmure.a libwire.a libbase.a $(JANSSON_LIBS)
TESTS += tests/crowd/crowd_test.py
