import asyncio

import immure


async def main():
    loop = asyncio.get_running_loop()
    refused = [
        lambda: asyncio.to_thread(print, "no"),
        lambda: asyncio.open_connection("127.0.0.1", 80),
        lambda: asyncio.start_server(print, "127.0.0.1", 8080),
        lambda: asyncio.create_subprocess_exec("true"),
        lambda: asyncio.create_subprocess_shell("true"),
    ]
    for make in refused:
        try:
            await make()
        except immure.JailDenied as error:
            assert error.rule.startswith("asyncio."), error.rule
        else:
            raise AssertionError("not refused")
    for call in (lambda: loop.run_in_executor(None, print),
                 lambda: loop.add_reader(0, print),
                 lambda: loop.add_signal_handler(2, print)):
        try:
            call()
        except immure.JailDenied:
            pass
        else:
            raise AssertionError("not refused")


asyncio.run(main())
