import configparser
import csv
import gzip
import json
import os
import tarfile
import tempfile
import tomllib
import wave
import xml.etree.ElementTree as ET
import zipfile

with zipfile.ZipFile("pack.zip") as z:
    assert z.read("in.txt") == b"zipped"
    with z.open("in.txt") as f:
        assert f.read(3) == b"zip"
assert zipfile.is_zipfile("pack.zip") and not zipfile.is_zipfile("data.csv")
with tarfile.open("pack.tar.gz") as tar:
    assert tar.extractfile("in.txt").read() == b"tarred"
with gzip.open("note.gz", "rt") as f:
    assert f.read() == "gzipped"
config = configparser.ConfigParser()
assert config.read(["conf.ini", "none.ini"]) == ["conf.ini"]
assert config["a"]["b"] == "c"
assert ET.parse("tree.xml").getroot()[0].text == "leaf"
with open("conf.toml", "rb") as f:
    assert tomllib.load(f) == {"x": [1]}
with open("tree.json") as f:
    assert json.load(f) == {"y": 2}
with open("data.csv", newline="") as f:
    assert list(csv.DictReader(f)) == [{"a": "1", "b": "2"}]
with wave.open("tone.wav") as w:
    assert w.getframerate() == 8000 and w.readframes(2) == b"\0\1"
with tempfile.TemporaryFile() as f:
    f.write(b"x")
    f.seek(0)
    assert f.read() == b"x"
with tempfile.SpooledTemporaryFile(max_size=2) as f:
    f.write(b"xyz")
    f.seek(0)
    assert f.read() == b"xyz"
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "x")
    with open(path, "w") as f:
        f.write("x")
    assert os.listdir(folder) == ["x"] and folder.startswith("/tmp/")
assert not os.path.exists(folder)
with tempfile.NamedTemporaryFile() as f:
    assert os.path.exists(f.name)
assert not os.path.exists(f.name) and tempfile.gettempdir() == "/tmp"
