"""What a guest may name of its jail: the exceptions it can meet, and the way
to functions outside.

    try:
        os.listdir("/")
    except immure.JailError as refusal:
        print(refusal.what, refusal.rule, refusal.fix)

    price = immure.gateway.call("price", "tea")
"""
import sys

import _immure_fetch
import _immure_gateway as gateway
import _immure_services
import _immure_sql
import _immure_store
import _immure_wsgi as wsgi
from _jail import JailAttribute, JailDenied, JailError, JailImport, TimeLimit

__all__ = ["JailAttribute", "JailDenied", "JailError", "JailImport",
           "TimeLimit", "gateway", "wsgi"]

gateway.fetch, gateway.Answer = _immure_fetch.fetch, _immure_fetch.Answer
gateway.cache = _immure_store.Store("cache")
gateway.session = _immure_store.Store("session")
gateway.clock, gateway.log = _immure_services.Clock(), _immure_services.Log()
gateway.__all__ += ["Answer", "cache", "clock", "fetch", "log", "session",
                    "sql"]

# `from immure.gateway import call` works as well, and so does
# `import immure.gateway.sql`.  wsgi is what `immure app` serves requests with.
__path__ = gateway.__path__ = []
sys.modules["immure.gateway"] = gateway
sys.modules["immure.gateway.sql"] = gateway.sql = _immure_sql
sys.modules["immure.wsgi"] = wsgi
del sys, _immure_fetch, _immure_services, _immure_sql, _immure_store
