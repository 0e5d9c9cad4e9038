"""One program, two modes, one interpreter:  immure host host_enter_jail.py

Up to sys.enter_jail() this is an ordinary program of the operator's; after it,
it is a guest, and there is no way back."""

import os
import sys
import json

HERE = os.path.abspath(__file__)


def try_all(title):
    print(title)
    for what, action in ACTIONS:
        try:
            print(f"  {what}: {action()}")
        except (OSError, ImportError, AttributeError, RuntimeError) as e:
            print(f"  {what}: refused ({type(e).__name__})")


def open_a_file():
    with open(HERE) as f:
        return f.readline().strip()[:26]


def start_a_program():
    import subprocess
    return subprocess.run(["echo", "it ran"], capture_output=True,
                          text=True).stdout.strip()


def list_a_folder():
    return os.path.basename(HERE) in os.listdir(os.path.dirname(HERE))


def compute():
    return json.dumps({"sum": sum(range(10))})


ACTIONS = [
    ("open a file", open_a_file),
    ("list a folder", list_a_folder),
    ("start a program", start_a_program),
    ("compute", compute),
]

try_all("normal mode")
sys.enter_jail()
try_all("jail mode")
try:
    sys.enter_jail()
    print("  go in again: allowed")
except (OSError, AttributeError, RuntimeError) as e:
    print(f"  go in again: refused ({type(e).__name__})")
