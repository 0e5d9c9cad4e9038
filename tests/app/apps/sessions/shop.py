"""Flask with sessions outside of its workers, over the gateway session."""
import secrets

from flask import Flask, request, session
from flask.sessions import SecureCookieSession, SessionInterface
from immure.gateway import session as store

WEEK = 7 * 24 * 3600


class Session(SecureCookieSession):
    sid = None


class GatewaySessions(SessionInterface):
    def open_session(self, app, request):
        sid = request.cookies.get("sid", "")
        values = store.get("s:" + sid) if sid else None
        opened = Session(values or {})
        opened.sid = sid if values is not None else secrets.token_urlsafe(16)
        return opened

    def save_session(self, app, opened, response):
        if not opened:
            store.delete("s:" + opened.sid)
            response.delete_cookie("sid")
        elif opened.modified:
            store.set("s:" + opened.sid, dict(opened), ttl=WEEK)
            response.set_cookie("sid", opened.sid, httponly=True,
                                samesite="Lax")


app = Flask(__name__)
app.session_interface = GatewaySessions()


@app.route("/")
def page():
    session["visits"] = session.get("visits", 0) + 1
    return "%d visits\n" % session["visits"]


@app.route("/late")
def late():
    """A call behind the response, when it is closed."""
    from flask import Response
    answer = Response("ok")
    answer.call_on_close(lambda: store.set("late", "yes"))
    return answer


@app.route("/was")
def was():
    return str(store.get("late"))


@app.route("/end")
def end():
    session.clear()
    return "bye"
