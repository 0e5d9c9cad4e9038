# escape: 582
# min-python: 3.13
# technique: byte code by copy.replace(), code.__replace__ and the compiler's InstructionSequence; sys.monitoring; views of another shape
# family: bytecode
# goal: native
# expect: contained
import copy, sys, json
def own():
    return 1
code = own.__code__
by_name = {c.__name__: c for c in object.__subclasses__()}
def sequence():
    made = by_name['InstructionSequence']()
    made.addop(0, 0, 0, 0, 0, 0)
    return made
for attempt in (lambda: copy.replace(code, co_code=b'\x64\xff' * 8), lambda: code.__replace__(co_consts=()),
                lambda: type(code).__replace__(json.dumps.__code__, co_consts=()), sequence,
                lambda: by_name['InstructionSequence'].__new__(by_name['InstructionSequence']),
                lambda: by_name['_buffer_wrapper'](), lambda: memoryview._from_flags(bytearray(8), 0x101),
                lambda: sys.monitoring.use_tool_id(3, 'x'), lambda: sys.monitoring.set_events(3, 1),
                lambda: sys.monitoring.register_callback(3, 1, print), lambda: sys.activate_stack_trampoline('perf'),
                lambda: sys._settraceallthreads(print), lambda: sys._setprofileallthreads(print)):
    try:
        print('ESCAPED:', attempt())
    except Exception as error:
        print(repr(error)[:80])
