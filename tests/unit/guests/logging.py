import io
import logging
import sys

stream = io.StringIO()
log = logging.getLogger("guest")
handler = logging.StreamHandler(stream)
handler.setFormatter(logging.Formatter(
    "%(levelname)s:%(name)s:%(funcName)s:%(process)d:%(message)s"))
log.addHandler(handler)
log.setLevel(logging.INFO)


def work():
    log.info("hello %s", "you")
    log.debug("hidden")
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("failed")


work()
text = stream.getvalue()
assert text.startswith("INFO:guest:work:2:hello you\n"), text
assert "ZeroDivisionError: division by zero" in text and "hidden" not in text
logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(message)s")
logging.warning("to stderr")
handler = logging.FileHandler("guest.log")
log.addHandler(handler)
log.warning("to a file")
assert open("guest.log").read().endswith("to a file\n")
