#!/usr/bin/env python3
"""usage: forward.py PORT SOCKET    (in the runner's network namespace)
Carries each connection to 127.0.0.1:PORT to a Unix socket, which namespaces do not divide. Ends with its stdin."""
import asyncio, sys


async def pump(reader, writer):
    try:
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def main(port, path):
    async def carry(reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(path)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
        for each in (writer, far_writer):
            each.close()

    await asyncio.start_server(carry, "127.0.0.1", port)
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
