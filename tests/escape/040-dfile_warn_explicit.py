# escape: 040
# technique: warnings.warn_explicit(filename=..., lineno=1): the source line of any file is shown
# family: dfile
# goal: read-file
# first-seen: CPython _warnings.c show_warning; variation
import warnings, sys, io
sys.stderr = w = io.StringIO()
warnings.simplefilter('always')
warnings.warn_explicit('x', UserWarning, '/etc/passwd', 1)
if 'root:' in w.getvalue(): print('ESCAPED:warn_explicit')
