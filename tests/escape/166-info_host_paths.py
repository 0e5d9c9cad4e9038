# escape: 166
# technique: file names of the host in modules, code objects and sys
# family: info
# goal: info
# expect: contained
import os, sys, json, time
found = [sys.prefix, sys.exec_prefix, sys.base_prefix, getattr(sys, '_stdlib_dir', ''), getattr(os, '__file__', ''),
         json.dumps.__code__.co_filename, sys.version, getattr(sys, '_git', ''), time.tzname]
print(found)
