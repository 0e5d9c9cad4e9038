# escape: 240
# policy-wall: optional; it looks at its own process alone
# technique: string.Formatter, Template, str.format and logging styles that reach frames and globals
# family: stdlib
# goal: globals
# expect: contained
import string, logging, sys, json
f = json.dumps
for spec in ('{0.__globals__}', '{0.__code__.co_consts}', '{0.__closure__}', '{0.__builtins__}', '{0.__class__.__subclasses__}', '{0.__init__.__globals__}'):
    for way in (lambda: spec.format(f), lambda: string.Formatter().vformat(spec, (f,), {}), lambda: spec.format_map({'0': f}),
                lambda: logging.Formatter(spec, style='{', validate=False)._style._format(logging.makeLogRecord({'0': f}))):
        try:
            text = way()
        except Exception as error:
            continue
        if '__builtins__' in text and '_default_encoder' in text:
            print('ESCAPED:', spec)
try:
    raise ValueError
except ValueError as error:
    for spec in ('{0.__traceback__.tb_frame.f_globals}', '{0.__traceback__.tb_frame}'):
        try:
            print(spec.format(error)[:60])
        except AttributeError as denied:
            print(repr(denied)[:60])
