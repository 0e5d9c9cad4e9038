wall_sources = \
	host/wall/attempts.c host/wall/attempts.h \
	host/wall/caps.c host/wall/caps.h \
	host/wall/cgroup.c host/wall/cgroup.h host/wall/cgroup_guest.c \
	host/wall/cgroup_inner.h \
	host/wall/environment.c host/wall/environment.h \
	host/wall/fds.c host/wall/fds.h \
	host/wall/filter.c host/wall/filter.h \
	host/wall/ids.c host/wall/ids.h \
	host/wall/landlock.c host/wall/landlock.h \
	host/wall/layers.c host/wall/layers.h \
	host/wall/mseal.c host/wall/mseal.h \
	host/wall/namespaces.c host/wall/namespaces.h \
	host/wall/prctls.c host/wall/prctls.h \
	host/wall/probe.c host/wall/probe.h \
	host/wall/probe_cgroup.c host/wall/probe_cgroup.h \
	host/wall/rlimits.c host/wall/rlimits.h \
	host/wall/root.c host/wall/root.h \
	host/wall/seal.c \
	host/wall/syscalls.c host/wall/syscalls.h \
	host/wall/uids.c host/wall/uids.h \
	host/wall/userns.c host/wall/userns.h \
	host/wall/view.c \
	host/wall/wall.h
