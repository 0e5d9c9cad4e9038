"""A Bottle application that answers in JSON: /convert?km=42"""
import bottle

app = bottle.Bottle()
FACTORS = {"km": ("miles", 0.621371), "kg": ("pounds", 2.204623)}


@app.get("/convert")
def convert():
    for unit, (other, factor) in FACTORS.items():
        if unit in bottle.request.query:
            value = float(bottle.request.query[unit])
            return {unit: value, other: round(value * factor, 3)}
    bottle.abort(400, "km or kg?")
