"""Every attack, with the wall alone: a plain interpreter inside it."""

import sys

import harness

sys.exit(harness.main(["wall"]))
