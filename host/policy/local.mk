# immure_run() falls back on the profile pure, and finds its programs by
# host/paths.c: so all of this is part of libimmure and libbase.
policy_sources =
lib_sources += \
	host/policy/policy.c host/policy/policy.h \
	host/policy/units.c host/policy/units.h
base_sources += host/paths.c host/paths.h

policy_profiles = \
	host/policy/profiles/app.toml \
	host/policy/profiles/codemode.toml \
	host/policy/profiles/data.test.toml \
	host/policy/profiles/data.toml \
	host/policy/profiles/grader.toml \
	host/policy/profiles/pure.test.toml \
	host/policy/profiles/pure.toml

# builtin.c: what a run without a policy file needs.  profiles.py: the texts,
# for the frozen module _immure_profiles.
policy_generated = host/policy/builtin.c
nodist_libimmure_a_SOURCES = $(policy_generated)

# Modules for the zygote's tools, as NAME=PATH for the embed step; the last
# one is generated.
policy_frozen = \
	_immure_attacks=host/policy/attacks_data.py \
	_immure_app=$(top_srcdir)/host/policy/_immure_app.py \
	_immure_cases=$(top_srcdir)/host/policy/_immure_cases.py \
	_immure_desk=$(top_srcdir)/host/policy/_immure_desk.py \
	_immure_folders=$(top_srcdir)/host/policy/_immure_folders.py \
	_immure_gateways=$(top_srcdir)/host/policy/_immure_gateways.py \
	_immure_given=$(top_srcdir)/host/policy/_immure_given.py \
	_immure_inventory=$(top_srcdir)/host/policy/_immure_inventory.py \
	_immure_keys=$(top_srcdir)/host/policy/_immure_keys.py \
	_immure_policy=$(top_srcdir)/host/policy/compile.py \
	_immure_show=$(top_srcdir)/host/policy/_immure_show.py \
	_immure_explain=$(top_srcdir)/host/policy/explain.py \
	_immure_profiles=host/policy/profiles.py \
	_immure_survey=$(top_srcdir)/stdlib-whitelist/survey.py
policy_frozen_files = \
	host/policy/attacks_data.py \
	$(top_srcdir)/host/policy/_immure_app.py \
	$(top_srcdir)/host/policy/_immure_cases.py \
	$(top_srcdir)/host/policy/_immure_desk.py \
	$(top_srcdir)/host/policy/_immure_folders.py \
	$(top_srcdir)/host/policy/_immure_gateways.py \
	$(top_srcdir)/host/policy/_immure_given.py \
	$(top_srcdir)/host/policy/_immure_inventory.py \
	$(top_srcdir)/host/policy/_immure_keys.py \
	$(top_srcdir)/host/policy/_immure_show.py \
	$(top_srcdir)/host/policy/compile.py \
	$(top_srcdir)/host/policy/explain.py \
	$(top_srcdir)/stdlib-whitelist/survey.py \
	host/policy/profiles.py

host/policy/builtin.c: host/policy/embed.py host/policy/compile.py \
		host/policy/_immure_folders.py \
		host/policy/_immure_gateways.py host/policy/_immure_given.py \
		host/policy/_immure_keys.py \
		$(policy_profiles)
	$(AM_V_GEN)$(MKDIR_P) host/policy && \
	$(PYTHON) -I -B $(top_srcdir)/host/policy/embed.py $@ \
	    host/policy/profiles.py \
	    $(policy_profiles:%=$(top_srcdir)/%)
host/policy/profiles.py: host/policy/builtin.c

# What immure policy test tries against a policy, for the frozen module
# _immure_attacks.
policy_attacks = $(wildcard $(top_srcdir)/tests/escape/[0-9]*.py)
host/policy/attacks_data.py: host/policy/attacks.py $(policy_attacks)
	$(AM_V_GEN)$(MKDIR_P) host/policy && \
	$(PYTHON) -I -B $(top_srcdir)/host/policy/attacks.py $@ \
	    $(policy_attacks)

CLEANFILES += host/policy/attacks_data.py host/policy/builtin.c \
	host/policy/profiles.py
EXTRA_DIST += $(policy_profiles) host/policy/attacks.py \
	host/policy/_immure_app.py \
	host/policy/_immure_cases.py \
	host/policy/_immure_desk.py \
	host/policy/_immure_folders.py host/policy/_immure_gateways.py \
	host/policy/_immure_given.py \
	host/policy/_immure_inventory.py \
	host/policy/_immure_keys.py host/policy/_immure_show.py \
	host/policy/compile.py host/policy/docs.py host/policy/embed.py \
	host/policy/explain.py
