import csv
import io

out = io.StringIO()
writer = csv.writer(out)
writer.writerows([["a", "b,c"], [1, 'say "hi"']])
assert list(csv.reader(io.StringIO(out.getvalue()))) == [
    ["a", "b,c"], ["1", 'say "hi"']]
rows = list(csv.DictReader(io.StringIO("x;y\n1;2\n"), delimiter=";"))
assert rows == [{"x": "1", "y": "2"}]
assert csv.Sniffer().sniff("a;b\n1;2\n").delimiter == ";"
out = io.StringIO()
w = csv.DictWriter(out, ["x"], lineterminator="\n")
w.writeheader()
w.writerow({"x": 3})
assert out.getvalue() == "x\n3\n"
