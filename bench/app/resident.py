"""Memory of tenants at rest: PSS of all processes of one `immure app`.

    resident.py BUILDDIR [APP...] [--tenants N] [--workers N]

Each tenant has loaded its application and answered some requests."""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PORT = 18175


def pss(pid):
    with open("/proc/%d/smaps_rollup" % pid) as file:
        return sum(int(line.split()[1]) for line in file
                   if line.startswith("Pss:"))


def below(root):
    parents = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid) as file:
                parents[int(pid)] = int(
                    file.read().rpartition(")")[2].split()[1])
        except OSError:
            pass
    found, todo = [root], [root]
    while todo:
        parent = todo.pop()
        more = [pid for pid, its in parents.items() if its == parent]
        found += more
        todo += more
    return found


def get(name):
    request = urllib.request.Request("http://127.0.0.1:%d/" % PORT,
                                     headers={"Host": name + ".test"})
    return urllib.request.urlopen(request).read()


def make(work, app, at, workers):
    name = "t%d" % at
    folder = os.path.join(work, name)
    shutil.copytree(os.path.join(HERE, app), folder)
    with open(os.path.join(folder, "app.toml")) as file:
        lines = [line for line in file if not line.startswith("name")]
    with open(os.path.join(folder, "app.toml"), "w") as file:
        file.write('name = "%s"\nhosts = ["%s.test"]\nworkers = %d\n%s' % (
            name, name, workers, "".join(lines)))
    return folder


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("apps", nargs="*", default=[])
    parser.add_argument("--tenants", type=int, default=50)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    for app in args.apps or ("hello", "flask"):
        with tempfile.TemporaryDirectory() as work:
            folders = [make(work, app, at, args.workers)
                       for at in range(args.tenants)]
            server = subprocess.Popen(
                [os.path.join(args.build, "immure"), "app", "--quiet",
                 "--listen", "127.0.0.1:%d" % PORT, *folders])
            try:
                measure(app, server.pid, args)
            finally:
                server.terminate()
                server.wait()


def measure(app, root, args):
    for at in range(args.tenants):
        for _ in range(100):
            try:
                for _ in range(3):
                    get("t%d" % at)
                break
            except OSError:
                time.sleep(0.2)
        else:
            sys.exit("tenant %d does not answer" % at)
    time.sleep(3)
    each = sorted((pss(pid) for pid in below(root)), reverse=True)
    print("%-6s %d tenants, %d worker(s) each: %d processes, %.1f MB in all, "
          "%.2f MB a tenant" % (app, args.tenants, args.workers, len(each),
                                sum(each) / 1024,
                                sum(each) / 1024 / args.tenants), flush=True)


if __name__ == "__main__":
    main()
