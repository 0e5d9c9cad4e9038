#!/bin/sh
# Run one test program and print its TAP: that which Check wrote to a file of
# its own, or what the program printed where it does not use Check.  What the
# guests inside a Check program print is no TAP.
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
CK_TAP_LOG_FILE_NAME=$dir/tap "$@" >"$dir/out"
status=$?
if [ -f "$dir/tap" ]; then
    cat "$dir/tap"
    sed 's/^/# /' "$dir/out"
else
    cat "$dir/out"
fi
exit $status
