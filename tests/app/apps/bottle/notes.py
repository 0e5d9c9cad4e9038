import bottle

app = bottle.Bottle()
notes = []


@app.get("/<name>")
def hello(name):
    return bottle.template("hello {{name}} at {{path}}", name=name,
                           path=bottle.request.script_name)


@app.post("/")
def add():
    notes.append(bottle.request.forms.text)
    return {"notes": len(notes)}


@app.get("/file")
def file():
    return bottle.static_file("notes.py", root="/job")
