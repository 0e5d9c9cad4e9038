# The Python half of the gate: compiled by the interpreter that is linked, and
# frozen into the zygote.
shim_sources = \
	jailmod/shims/_gateway.py \
	jailmod/shims/_immure_alarm.py \
	jailmod/shims/_immure_boot.py \
	jailmod/shims/_immure_fcntl.py \
	jailmod/shims/_immure_fetch.py \
	jailmod/shims/_immure_files.py \
	jailmod/shims/_immure_gateway.py \
	jailmod/shims/_immure_hashes.py \
	jailmod/shims/_immure_host.py \
	jailmod/shims/_immure_http.py \
	jailmod/shims/_immure_io.py \
	jailmod/shims/_immure_loop.py \
	jailmod/shims/_immure_misc.py \
	jailmod/shims/_immure_modules.py \
	jailmod/shims/_immure_os.py \
	jailmod/shims/_immure_package_patches.py \
	jailmod/shims/_immure_packages.py \
	jailmod/shims/_immure_patch.py \
	jailmod/shims/_immure_program.py \
	jailmod/shims/_immure_report.py \
	jailmod/shims/_immure_rt.py \
	jailmod/shims/_immure_select.py \
	jailmod/shims/_immure_services.py \
	jailmod/shims/_immure_signal.py \
	jailmod/shims/_immure_socket.py \
	jailmod/shims/_immure_sql.py \
	jailmod/shims/_immure_ssl.py \
	jailmod/shims/_immure_stdio.py \
	jailmod/shims/_immure_store.py \
	jailmod/shims/_immure_stream.py \
	jailmod/shims/_immure_subprocess.py \
	jailmod/shims/_immure_threads.py \
	jailmod/shims/_immure_time.py \
	jailmod/shims/_immure_tokens.py \
	jailmod/shims/_immure_wsgi.py \
	jailmod/shims/_immure_zones.py \
	jailmod/shims/immure.py

jailmod_generated += jailmod/shims/frozen.c

jailmod/shims/frozen.c: jailmod/shims/embed.py $(shim_sources) \
		$(policy_frozen_files) $(grade_sources)
	$(AM_V_GEN)$(MKDIR_P) jailmod/shims && \
	$(PYTHON) -I -B $(top_srcdir)/jailmod/shims/embed.py $@ \
	    $(top_srcdir)/jailmod/shims $(policy_frozen) $(grade_frozen)

CLEANFILES += jailmod/shims/frozen.c
EXTRA_DIST += $(shim_sources) jailmod/shims/embed.py
