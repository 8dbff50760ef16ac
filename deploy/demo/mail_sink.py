"""An SMTP server that keeps what it is sent: one .eml file a message, the newest last.

usage: mail_sink.py PORT DIRECTORY
"""
import asyncio
import itertools
import os
import signal
import sys
import time

from aiosmtpd.smtp import SMTP

KEEP = 500


class Keeper:
    def __init__(self, directory):
        self.directory = directory
        self.counter = itertools.count()

    async def handle_DATA(self, server, session, envelope):
        name = f"{time.time_ns():020d}-{next(self.counter):04d}.eml"
        partial = os.path.join(self.directory, "." + name)
        with open(partial, "wb") as out:
            out.write(b"X-Envelope-To: " + ", ".join(envelope.rcpt_tos).encode() + b"\r\n")
            out.write(envelope.content)
        os.rename(partial, os.path.join(self.directory, name))
        for old in sorted(f for f in os.listdir(self.directory) if f.endswith(".eml"))[:-KEEP]:
            os.unlink(os.path.join(self.directory, old))
        return "250 2.0.0 kept"


async def main(port, directory):
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sig in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sig, stop.set)
    keeper = Keeper(directory)
    server = await loop.create_server(
        lambda: SMTP(keeper, hostname="mail.localhost", data_size_limit=10 << 20, enable_SMTPUTF8=True),
        host="127.0.0.1", port=port)
    async with server:
        await stop.wait()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
