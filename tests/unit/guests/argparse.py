import argparse
import contextlib
import io

parser = argparse.ArgumentParser(prog="tool", description="a tool")
parser.add_argument("name")
parser.add_argument("-n", type=int, default=1, help="how many")
parser.add_argument("--flag", action="store_true")
args = parser.parse_args(["x", "-n", "3", "--flag"])
assert (args.name, args.n, args.flag) == ("x", 3, True)
assert "how many" in parser.format_help()
err = io.StringIO()
with contextlib.redirect_stderr(err):
    try:
        parser.parse_args(["x", "-n", "three"])
    except SystemExit as end:
        assert end.code == 2
assert "invalid int value" in err.getvalue()
sub = argparse.ArgumentParser(prog="s")
commands = sub.add_subparsers(dest="command")
commands.add_parser("go").add_argument("where")
assert sub.parse_args(["go", "home"]).where == "home"
