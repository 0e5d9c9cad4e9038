import io
import json

value = {"a": [1, 2.5, None, True, "é\n"], "b": {"c": -1e10}}
assert json.loads(json.dumps(value)) == value
assert json.dumps({"k": 1}, indent=2, sort_keys=True) == '{\n  "k": 1\n}'
try:
    json.loads('{"a": }')
except json.JSONDecodeError as error:
    assert error.pos == 6 and error.lineno == 1
else:
    raise AssertionError("bad JSON")
out = io.StringIO()
json.dump(value, out, ensure_ascii=False)
assert "é" in out.getvalue()
assert json.load(io.StringIO("[1]")) == [1]
assert json.loads("[1.5]", parse_float=str) == ["1.5"]
assert json.dumps(object, default=lambda o: "x") == '"x"'
