/* What of the wall holds on this machine, for `immure doctor`. */
#ifndef IMMURE_DOCTOR_H
#define IMMURE_DOCTOR_H

/* Probe every layer, put up the whole wall once, trace one guest; then print
 * one JSON object (host/cli/doctor.c reads it).  Returns an exit status, 0
 * unless doctor itself failed. */
int doctor_main(void);

#endif
