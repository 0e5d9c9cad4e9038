"""The noisy tenant: each request computes until its time is up."""


def app(environ, start_response):
    while True:
        pass
