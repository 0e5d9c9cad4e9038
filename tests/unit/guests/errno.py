import errno

assert errno.ENOENT == 2 and errno.errorcode[13] == "EACCES"
try:
    open("not-given.txt")
except OSError as error:
    assert error.errno == errno.ENOENT
    assert error.filename == "not-given.txt"
    assert error.strerror == "No such file or directory"
else:
    raise AssertionError("opened")
