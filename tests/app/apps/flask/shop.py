from flask import (Flask, Response, abort, redirect, render_template, request,
                   session, url_for)

app = Flask(__name__)
app.secret_key = b"not a secret"


@app.route("/")
def page():
    session["visits"] = session.get("visits", 0) + 1
    return render_template("page.html", n=session["visits"], x="<a>")


@app.route("/form", methods=["GET", "POST"])
def form():
    if request.method == "POST":
        return "%s %s" % (request.form["name"],
                          request.files["upload"].read().decode())
    return redirect(url_for("page"))


@app.route("/json", methods=["POST"])
def json():
    return {"got": request.get_json(), "args": request.args.to_dict()}


@app.route("/stream")
def stream():
    return Response((c * 1000 for c in "abc"), mimetype="text/plain")


@app.route("/missing")
def missing():
    abort(404)


@app.route("/fails")
def fails():
    return 1 / 0
