from flask import Flask, render_template, session

app = Flask(__name__)
app.secret_key = b"not a secret"


@app.route("/")
def page():
    session["visits"] = session.get("visits", 0) + 1
    return render_template("page.html", n=session["visits"], x="<a>")
