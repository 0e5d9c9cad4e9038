"""An operator's program for `immure host`, read as python3 reads it."""


def read_program(path):
    """The code of the program at PATH; its lines are kept for tracebacks."""
    import __main__
    import _immure_report
    with open(path, "rb") as f:
        source = f.read()
    __main__.__file__ = path
    __main__.__loader__ = None
    code = compile(source, path, "exec", dont_inherit=True)
    _immure_report.set_guest(code.co_filename, source)
    return code
