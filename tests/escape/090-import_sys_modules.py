# escape: 090
# technique: sys.modules cache holds modules the guest may not import
# family: import
# goal: exec
# first-seen: openswarm issue 134; agent-governance-toolkit PR 2631
import sys
if sys.modules['os'].popen('echo sm').read() == 'sm\n': print('ESCAPED:sys.modules')
