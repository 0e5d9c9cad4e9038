"""What a guest may name of its jail: the exceptions it can meet.

    try:
        os.listdir("/")
    except immure.JailError as refusal:
        print(refusal.what, refusal.rule, refusal.fix)
"""
from _jail import JailAttribute, JailDenied, JailError, JailImport, TimeLimit

__all__ = ["JailAttribute", "JailDenied", "JailError", "JailImport",
           "TimeLimit"]
