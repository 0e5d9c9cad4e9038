# attack: C1 control characters (U+009B is ESC [) and bidi marks in a denial:
#   --explain writes them to the operator's terminal (gate and wall)
# expect: exit; no byte sequence C2 80..C2 9F or E2 80 AE on stderr's
#   "immure:", "by:" and "fix:" lines
try:
    __import__("os\x9b31m\u202egnp")
except ImportError:
    pass
raise SystemExit(1)
