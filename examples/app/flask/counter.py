"""A Flask application with a template, and sessions in signed cookies."""
import os

from flask import Flask, redirect, render_template, request, session, url_for

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]


@app.get("/")
def page():
    session["visits"] = session.get("visits", 0) + 1
    return render_template("page.html", visits=session["visits"],
                           name=session.get("name"))


@app.post("/name")
def name():
    session["name"] = request.form["name"]
    return redirect(url_for("page"))
