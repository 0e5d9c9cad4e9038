import bottle
from immure.gateway import sql

app = bottle.Bottle()


def connect():
    conn = sql.connect("book")
    conn.cursor().execute("create table if not exists entries"
                          " (id integer primary key, text text)")
    return conn


@app.get("/")
def entries():
    with connect() as conn:
        cursor = conn.cursor()
        cursor.execute("select text from entries order by id")
        return bottle.template("% for text, in rows:\n<li>{{text}}\n% end\n",
                               rows=cursor.fetchall())


@app.post("/")
def add():
    with connect() as conn:
        cursor = conn.cursor()
        cursor.execute("insert into entries (text) values (?)",
                       (bottle.request.forms.text,))
        return {"id": cursor.lastrowid}
