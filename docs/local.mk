EXTRA_DIST += docs/internals.md
