"""Run one command with an eye on all it starts: one JSON object, in and out.

A process of its own, a child subreaper, so that nothing the command leaves
behind survives or goes unseen.  Reads a spec from stdin, prints what happened:
rc, timeout, flood, memkill, forkkill, leftover, peak, procs, size, wall, out,
err."""

import ctypes
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time

KEEP = 1 << 20
PR_SET_CHILD_SUBREAPER = 36


def descendants():
    """(pid, resident bytes) of every live process below this one."""
    kids = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as f:
                stat = f.read().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue
        if stat[0] != "Z":
            kids.setdefault(int(stat[1]), []).append(
                (int(pid), int(stat[21]) * 4096))
    out, todo = [], [os.getpid()]
    while todo:
        for pid, rss in kids.get(todo.pop(), ()):
            out.append((pid, rss))
            todo.append(pid)
    return out


def kill_descendants():
    for _ in range(200):
        left = descendants()
        if not left:
            return
        for pid, _rss in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except OSError:
            pass
        time.sleep(0.02)


class Output:
    """Both pipes of a process: the first and the last KEEP bytes of each."""

    def __init__(self, process):
        self.size = 0
        self.kept = {process.stdout: [b"", b""], process.stderr: [b"", b""]}
        self.selector = selectors.DefaultSelector()
        for f in self.kept:
            os.set_blocking(f.fileno(), False)
            self.selector.register(f, selectors.EVENT_READ)

    def read(self):
        for key, _ in self.selector.select(0.05):
            data = os.read(key.fd, 1 << 16)
            if not data:
                self.selector.unregister(key.fileobj)
                continue
            self.size += len(data)
            kept = self.kept[key.fileobj]
            if len(kept[0]) < KEEP:
                kept[0] += data
            else:
                kept[1] = (kept[1] + data)[-KEEP:]

    def open(self):
        return bool(self.selector.get_map())

    def text(self, f):
        return b"\n".join(filter(None, self.kept[f])).decode(
            "utf-8", "replace")


def check_resources(spec, res):
    """Update the peaks; True when the command must be stopped."""
    live = descendants()
    rss = sum(r for _, r in live)
    res["peak"] = max(res["peak"], rss)
    res["procs"] = max(res["procs"], len(live))
    res["memkill"] = rss > spec["kill_mem"]
    res["forkkill"] = len(live) > spec["kill_procs"]
    return res["memkill"] or res["forkkill"]


def watch(spec, process, output, res):
    start, last, ended = time.monotonic(), 0, None
    while True:
        output.read()
        now = time.monotonic()
        if process.poll() is not None:
            ended = ended or now
            if not output.open() or now - ended > 0.7:
                break
        elif not output.open():
            time.sleep(0.02)
        if now - last > 0.05:
            last = now
            if check_resources(spec, res):
                break
        if output.size > spec["kill_out"]:
            res["flood"] = True
            break
        if now - start > spec["timeout"]:
            res["timeout"] = process.poll() is None
            break
    res["wall"] = round(time.monotonic() - start, 2)


def set_limits(spec):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if spec["rlimits"]:
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1100 << 20, 1100 << 20))


def supervise(spec):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    common = dict(stdin=subprocess.DEVNULL, start_new_session=True,
                  env=spec["env"], cwd=spec["cwd"],
                  preexec_fn=lambda: set_limits(spec))
    for _ in range(spec["repeat"] - 1):
        # Earlier runs of the same guest, whatever they leave behind.
        try:
            subprocess.run(spec["cmd"], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=spec["timeout"],
                           **common)
        except subprocess.TimeoutExpired:
            pass
    res = dict(rc=None, timeout=False, flood=False, memkill=False,
               forkkill=False, leftover=0, peak=0, procs=0)
    process = subprocess.Popen(spec["cmd"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, **common)
    output = Output(process)
    watch(spec, process, output, res)
    if process.poll() is not None:
        time.sleep(0.15)
        res["leftover"] = len([1 for pid, _ in descendants()
                               if pid != process.pid])
    kill_descendants()
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        pass
    res.update(rc=process.returncode, size=output.size,
               out=output.text(process.stdout),
               err=output.text(process.stderr))
    return res


if __name__ == "__main__":
    json.dump(supervise(json.load(sys.stdin)), sys.stdout)
