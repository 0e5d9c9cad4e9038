import json

DATA = {"rows": [{"id": i, "name": "name %d" % i, "v": [i / 3, None, True]}
                 for i in range(400)]}


def work():
    text = ""
    for _ in range(2):
        text = json.dumps(json.loads(json.dumps(DATA)), indent=1)
    return len(text)
