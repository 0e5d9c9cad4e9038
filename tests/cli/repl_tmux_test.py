"""immure repl on a terminal: tmux types and looks (TAP)."""

import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("BUILDDIR", HERE + "/../../build"))
PATIENCE = 60       # seconds; a machine may be busy


class Terminal:
    """One tmux server of our own, with the REPL in it."""

    def __init__(self, *options):
        self.folder = tempfile.TemporaryDirectory()
        self.tmux = ["tmux", "-f", "/dev/null", "-S",
                     os.path.join(self.folder.name, "s")]
        self.call("new-session", "-d", "-x", "110", "-y", "50", "env",
                  "TERM=screen", "LC_ALL=C.UTF-8", BUILD + "/immure", "repl",
                  *options)
        self.call("set-option", "remain-on-exit", "on")
        self.wait_for("^D leaves")
        self.wait_for(">>>")

    def call(self, *words):
        return subprocess.run([*self.tmux, *words], check=True,
                              capture_output=True, text=True).stdout

    def screen(self):
        return self.call("capture-pane", "-p", "-S", "-500")

    def wait_for(self, text, times=1):
        """Until TEXT is seen so often; the screen."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            screen = self.screen()
            if screen.count(text) >= times:
                return screen
            time.sleep(0.05)
        raise AssertionError(f"no {text!r} in {self.screen()!r}")

    def wait_until_idle(self):
        until = time.monotonic() + PATIENCE
        while not self.screen().rstrip().endswith("\n>>>"):
            assert time.monotonic() < until, self.screen()
            time.sleep(0.05)

    def type(self, text, enter=True):
        self.call("send-keys", "-l", text)
        if enter:
            self.call("send-keys", "Enter")

    def key(self, *names):
        self.call("send-keys", *names)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        subprocess.run([*self.tmux, "kill-server"], capture_output=True)
        self.folder.cleanup()


def editing():
    with Terminal() as t:
        t.type("prnt('edit' + 'ed')", enter=False)
        t.key("Home", "Right", "Right")
        t.type("i", enter=False)
        t.key("End", "Enter")
        t.wait_for("\nedited")
        t.type("print('grün')")
        t.wait_for("\ngrün")


def history():
    with Terminal() as t:
        t.type("print(6 * 7)")
        t.wait_for("\n42")
        t.key("Up", "Enter")
        t.wait_for("\n42", 2)


def several_lines():
    with Terminal() as t:
        t.type("def f():")
        t.wait_for("\n...")
        t.type("    return 'from ' + 'f'")
        t.type("")
        t.type("f()")
        t.wait_for("'from f'")


def completion():
    with Terminal() as t:
        t.type("import collections")
        t.wait_for(">>>", 2)
        t.type("collections.Orde", enter=False)
        t.key("Tab")
        t.wait_for("collections.OrderedDict")
        t.key("Enter")
        t.wait_for("<class 'collections.OrderedDict'>")
        t.type("collections.C", enter=False)
        t.key("Tab", "Tab")
        t.wait_for("ChainMap")
        t.key("C-u")
        t.type(":sysc", enter=False)
        t.key("Tab")
        t.wait_for(":syscalls")


def completion_is_bounded():
    """A property that never ends: Tab comes back, and so does the prompt."""
    with Terminal() as t:
        for line in ("class A:", " @property", " def p(self):",
                     "  while True: pass", "", "a = A()"):
            t.type(line)
        t.wait_for("a = A()")
        t.wait_until_idle()
        t.type("a.p.x", enter=False)
        t.key("Tab", "C-u")
        t.type("print('still', 'here')")
        t.wait_for("\nstill here")


def interrupt():
    with Terminal("--cpu", "20m", "--wall", "20m") as t:
        t.type("print('a' + 'b'); [None for _ in iter(int, 1)]")
        t.wait_for("\nab")
        t.key("C-c")
        t.wait_for("\nKeyboardInterrupt")
        t.type("print('go' + 'es on')")
        t.wait_for("\ngoes on")
        t.type("never", enter=False)
        t.key("C-c")
        t.wait_for("\nKeyboardInterrupt", 2)
        t.type("print('once' + ' more')")
        t.wait_for("\nonce more")


def death_and_recovery():
    with Terminal("--cpu", "300ms") as t:
        t.type("kept = 'ke' + 'pt'")
        t.wait_for(">>>", 2)
        t.type("sum(range(10**11))")
        t.wait_for("that guest is gone; a new one has run the other 1 input")
        t.type("kept")
        t.wait_for("\n'kept'")


def attacks():
    with Terminal() as t:
        t.type(":allow frame.f_globals function.__globals__")
        t.type(":probe")
        t.wait_for("attacks; ^C stops")
        t.wait_for("155-confused_getattr_deputies: it had its effect: ")
        t.key("C-c")
        t.wait_for("stopped: ")
        t.wait_for("tried, ")
        t.type("print('go' + 'es on')")
        t.wait_for("\ngoes on")


def denials_as_they_happen():
    with Terminal("--wall", "20m") as t:
        t.type(":trace on")
        t.type("import os, time")
        t.type("try: os.system('ls')")
        t.type("except OSError: time.sleep(600)")
        t.type("")
        t.wait_for("rule posix.system")
        t.key("C-c")
        t.wait_for("\nKeyboardInterrupt")


def has_ended(pid):
    """tmux may take its time to reap it."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def leaving():
    with Terminal() as t:
        pid = t.call("display-message", "-p", "#{pane_pid}").strip()
        assert not has_ended(pid), pid
        t.key("C-d")
        until = time.monotonic() + PATIENCE
        while not has_ended(pid):
            assert time.monotonic() < until, t.screen()
            time.sleep(0.05)


TESTS = (editing, history, several_lines, completion, completion_is_bounded,
         interrupt, death_and_recovery, attacks, denials_as_they_happen,
         leaving)


def main():
    if shutil.which("tmux") is None:
        print("1..0 # SKIP no tmux")
        return 0
    print(f"1..{len(TESTS)}")
    bad = 0
    for i, test in enumerate(TESTS, 1):
        wrong = ""
        try:
            test()
        except (AssertionError, subprocess.CalledProcessError) as error:
            wrong = str(error)
        bad += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {i} - {test.__name__}",
              flush=True)
        if wrong:
            print("# " + wrong.replace("\n", "\n# "), flush=True)
    return 1 if bad else 0


sys.exit(main())
