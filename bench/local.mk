EXTRA_DIST += bench/stream.py bench/stream_work.py bench/author.py bench/files.py bench/files_work.py bench/gateways.py bench/grade.py bench/README.md bench/fork_server.py bench/cold_start.py bench/limit_latency.py \
	bench/gate/run \
	bench/gate/c_calls.py bench/gate/c_methods.py bench/gate/fannkuch.py bench/gate/json_text.py \
	bench/gate/nbody.py bench/gate/objects.py bench/gate/regex.py bench/gate/richards.py
EXTRA_DIST += $(wildcard $(addprefix $(srcdir)/bench/app/, \
	*.py */*.toml */*.py */templates/*))

.PHONY: bench-gate
bench-gate: all
	$(PYTHON_TESTS) -B $(top_srcdir)/bench/gate/run $(abs_top_builddir)

noinst_PROGRAMS += bench/zygote_phases
bench_zygote_phases_SOURCES = bench/zygote_phases.c $(zygote_main)
bench_zygote_phases_LDADD = $(zygote_libs) libimmure.a libbase.a $(JANSSON_LIBS)

noinst_PROGRAMS += bench/versus
bench_versus_SOURCES = bench/versus.c
bench_versus_LDADD = libimmure.a libwire.a libbase.a $(JANSSON_LIBS)
