"""Every attack, with both layers."""

import sys

import harness

sys.exit(harness.main(["both"]))
