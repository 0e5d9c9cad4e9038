jailmod_sources = \
	jailmod/attrs.c \
	jailmod/audit.c \
	jailmod/bindings.c \
	jailmod/builtins.c \
	jailmod/cfuncs.c \
	jailmod/checked.c \
	jailmod/codes.c \
	jailmod/compat.h \
	jailmod/deny.c \
	jailmod/descriptors.c \
	jailmod/enter_jail.c \
	jailmod/explain.c \
	jailmod/fixmods.c \
	jailmod/gate.h \
	jailmod/imports.c \
	jailmod/jailmod.c jailmod/jailmod.h \
	jailmod/library.c jailmod/library.h \
	jailmod/lists.c jailmod/lists.h \
	jailmod/pointers.c jailmod/pointers.h \
	jailmod/pyver.c \
	jailmod/refusing.c \
	jailmod/rehash.c \
	jailmod/repair.c jailmod/repair.h \
	jailmod/repair_aliases.c \
	jailmod/repair_atexit.c \
	jailmod/repair_buffers.c \
	jailmod/repair_calls.c \
	jailmod/repair_codecs.c \
	jailmod/repair_frames.c \
	jailmod/repair_held.c \
	jailmod/repair_inits.c \
	jailmod/repair_iterators.c \
	jailmod/repair_patterns.c \
	jailmod/repair_shown.c \
	jailmod/repair_states.c \
	jailmod/repair_trees.c \
	jailmod/repair_values.c \
	jailmod/repair_views.c \
	jailmod/stream.c \
	jailmod/survey.c \
	jailmod/thunks.c \
	jailmod/types.c \
	jailmod/vfs.c jailmod/vfs.h \
	jailmod/vfs_attributes.c \
	jailmod/vfs_buffered.c jailmod/vfs_buffered.h \
	jailmod/vfs_buffered_methods.c \
	jailmod/vfs_changed.c \
	jailmod/vfs_data.c \
	jailmod/vfs_dirs.c \
	jailmod/vfs_fd.c \
	jailmod/vfs_fds.c \
	jailmod/vfs_file.c jailmod/vfs_file.h \
	jailmod/vfs_file_methods.c \
	jailmod/vfs_job.c \
	jailmod/vfs_memory.c \
	jailmod/vfs_names.c \
	jailmod/vfs_open.c \
	jailmod/vfs_os.c \
	jailmod/vfs_pages.c \
	jailmod/vfs_path.c \
	jailmod/vfs_py.h \
	jailmod/vfs_reader.c \
	jailmod/vfs_rw.c \
	jailmod/vfs_writer.c \
	jailmod/vfsmod.c \
	jailmod/walk.c
# The other half is generated: see shims/local.mk and stdlib-whitelist/local.mk
jailmod_generated =
