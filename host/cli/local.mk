cli_sources = \
	host/cli/bench.c \
	host/cli/bench_data.c host/cli/bench_data.h \
	host/cli/bench_load.c host/cli/bench_load.h \
	host/cli/bench_ops.c host/cli/bench_ops.h \
	host/cli/bench_show.c \
	host/cli/cli.h \
	host/cli/commands.c \
	host/cli/app.c \
	host/cli/advice.c host/cli/advice.h \
	host/cli/doctor.c \
	host/cli/ending.c host/cli/ending.h \
	host/cli/grants.c host/cli/grants.h \
	host/cli/grade.c \
	host/cli/grade_batch.c host/cli/grade_batch.h \
	host/cli/grade_page.h \
	host/cli/grade_report.c host/cli/grade_report.h \
	host/cli/grade_show.c host/cli/grade_show.h \
	host/cli/grade_tally.c host/cli/grade_tally.h \
	host/cli/grading.c host/cli/grading.h \
	host/cli/help.c host/cli/help.h \
	host/cli/host.c \
	host/cli/inputs.c host/cli/inputs.h \
	host/cli/launch.c host/cli/launch.h \
	host/cli/nearest.c host/cli/nearest.h \
	host/cli/option_rows.c \
	host/cli/options.c host/cli/options.h \
	host/cli/out.c host/cli/out.h \
	host/cli/output.c host/cli/output.h \
	host/cli/policy_cmd.c \
	host/cli/policy_test.c host/cli/policy_test.h \
	host/cli/repl.c host/cli/repl.h \
	host/cli/repl_break.c \
	host/cli/repl_commands.c \
	host/cli/repl_desk.c host/cli/repl_desk.h \
	host/cli/repl_guest.c host/cli/repl_guest.h \
	host/cli/repl_lines.c host/cli/repl_lines.h \
	host/cli/repl_probe.c \
	host/cli/repl_questions.h \
	host/cli/repl_show.c \
	host/cli/report.c host/cli/report.h \
	host/cli/run.c \
	host/cli/say.c host/cli/say.h \
	host/cli/signing.c host/cli/signing.h \
	host/cli/slurp.c host/cli/slurp.h \
	host/cli/source.c host/cli/source.h \
	host/cli/tool.c host/cli/tool.h \
	host/cli/tree.c host/cli/tree.h \
	host/cli/trials.c host/cli/trials.h

dist_man_MANS += docs/immure.1 docs/immure-doctor.1 \
	docs/immure-grade.1 docs/immure-policy.5 \
	docs/immure-gateway.7
EXTRA_DIST += CHANGELOG.md SECURITY.md docs/threat-model.md

# Python that programs carry, as C strings.
cli_generated = host/cli/bench_server.c
nodist_libcli_a_SOURCES = $(cli_generated)
as_c_text = sed 's/[\\"]/\\&/g; s/.*/    "&\\n"/'
host/cli/bench_server.c: bench/fork_server.py
	$(AM_V_GEN)$(MKDIR_P) host/cli && { \
	    echo '#include "host/cli/bench_data.h"'; \
	    echo 'const char bench_fork_server[] ='; \
	    $(as_c_text) $(top_srcdir)/bench/fork_server.py; \
	    echo '    ;'; } >$@.new && mv $@.new $@
# What the REPL asks guests, as C strings.
cli_questions = $(srcdir)/host/cli/repl_state.py \
	$(srcdir)/host/cli/repl_complete.py
cli_generated += host/cli/repl_questions.c
host/cli/repl_questions.c: $(cli_questions)
	$(AM_V_GEN)$(MKDIR_P) host/cli && { \
	    echo '#include "host/cli/repl_questions.h"'; \
	    for q in state complete; do \
	        echo "const char repl_$$q[] ="; \
	        $(as_c_text) $(top_srcdir)/host/cli/repl_$$q.py; \
	        echo '    ;'; \
	    done; } >$@.new && mv $@.new $@
EXTRA_DIST += $(cli_questions)

cli_generated += host/cli/grade_page.c
host/cli/grade_page.c: host/cli/grade/report.css
	$(AM_V_GEN)$(MKDIR_P) host/cli && { \
	    echo '#include "host/cli/grade_page.h"'; \
	    echo 'const char grade_page_style[] ='; \
	    $(as_c_text) $(top_srcdir)/host/cli/grade/report.css; \
	    echo '    ;'; } >$@.new && mv $@.new $@
EXTRA_DIST += host/cli/grade/report.css

# What the guests of `immure grade` run: frozen into the zygote, for a file of a
# job would be compiled in each of them.
grade_modules = immure_data immure_grade immure_runner immure_student \
	immure_traces
grade_sources = $(grade_modules:%=host/cli/grade/%.py)
grade_frozen = $(foreach name,$(grade_modules),\
	$(name)=$(top_srcdir)/host/cli/grade/$(name).py)
EXTRA_DIST += $(grade_sources)
CLEANFILES += $(cli_generated)
