# escape: 149
# technique: the parts of asyncio under the loop of the jail: executors, pipes, signals, child watchers
# family: asyncio
# goal: host
# expect: contained
import asyncio, asyncio.unix_events as ue, asyncio.selector_events as se, asyncio.base_events as be, asyncio.base_subprocess as bs
async def main():
    loop = asyncio.get_running_loop()
    ways = [lambda: be.BaseEventLoop.run_in_executor(loop, None, print, 'ESCAPED: thread'),
            lambda: be.BaseEventLoop.subprocess_shell(loop, asyncio.SubprocessProtocol, 'echo ESCAPED: process'),
            lambda: be.BaseEventLoop.create_server(loop, None, '127.0.0.1', 0), lambda: be.BaseEventLoop.getaddrinfo(loop, 'localhost', 80),
            lambda: se.BaseSelectorEventLoop(), lambda: ue._UnixSelectorEventLoop(), lambda: ue.SelectorEventLoop().run_forever(),
            lambda: ue._UnixReadPipeTransport(loop, open('x'), None), lambda: ue.ThreadedChildWatcher()._do_waitpid(loop, 1, print, ()),
            lambda: ue.SafeChildWatcher()._do_waitpid(1), lambda: ue.PidfdChildWatcher().add_child_handler(1, print),
            lambda: asyncio.create_subprocess_exec('/bin/true'), lambda: asyncio.to_thread(print, 'ESCAPED: thread'),
            lambda: asyncio.open_unix_connection('/run/x'), lambda: loop._default_executor, lambda: be.BaseEventLoop.sock_sendfile(loop, None, None),
            lambda: ue._UnixSubprocessTransport(loop, None, ['/bin/true'], False, None, None, None, 0),
            lambda: se._SelectorSocketTransport(loop, None, None)]
    for n, way in enumerate(ways):
        try:
            got = way()
            if asyncio.iscoroutine(got) or asyncio.isfuture(got):
                got = await asyncio.wait_for(got, 0.2)
            print(n, repr(got)[:50])
        except BaseException as error:
            print(n, repr(error)[:60])
asyncio.run(main())
