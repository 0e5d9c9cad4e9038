/* The probe of the layer that is put up from outside. */
#ifndef IMMURE_WALL_PROBE_CGROUP_H
#define IMMURE_WALL_PROBE_CGROUP_H

#include "host/wall/probe.h"

int probe_cgroup(struct probe_result *out, struct err *err);

#endif
