"""Every attack, with the gate alone, in a zygote that has everything imported:
what a pool makes its guests from."""

import sys

import harness

sys.exit(harness.main(["whole"]))
