"""Every attack, with the gate alone: no kernel layer is up."""

import sys

import harness

sys.exit(harness.main(["gate"]))
