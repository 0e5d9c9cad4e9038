"""The smallest application: immure app examples/app/hello"""


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return ["Hello, {}!\n".format(environ["PATH_INFO"][1:] or "world").encode()]
