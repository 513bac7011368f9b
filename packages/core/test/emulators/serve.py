"""Serves one AWS emulator on a free port of 127.0.0.1, for as long as standard input stays open.

Usage: serve.py ministack|moto

Prints the port once it is listening. Whoever starts it holds the other end of standard input: when that process ends, however it
ends, the system closes the pipe and this process goes too.
"""

import os
import socket
import sys
import threading


def end_with_standard_input() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def serve_ministack(listening: socket.socket) -> None:
    import asyncio

    os.environ.update(BIND_HOST="127.0.0.1", IOT_MTLS_ENABLED="0", GATEWAY_PORT=str(listening.getsockname()[1]))
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app

    config = Config()
    config.bind = [f"fd://{listening.fileno()}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    # Uploads are as fast as the tests; hypercorn's default would cut a slow one off.
    config.read_timeout = None
    asyncio.run(serve(app, config))


def serve_moto(listening: socket.socket) -> None:
    os.environ["MOTO_PORT"] = str(listening.getsockname()[1])
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from moto.s3.responses import ACTION_MAP
    from werkzeug.serving import make_server

    # IAM has an action of its own for this request; moto asks for the right to put objects.
    ACTION_MAP["KEY"]["PUT"]["legal-hold"] = "PutObjectLegalHold"
    # One request after the other: under concurrency it loses writes that it acknowledged.
    make_server(
        "127.0.0.1",
        0,
        DomainDispatcherApplication(create_backend_app),
        threaded=False,
        request_handler=MotoRequestHandler,
        fd=listening.fileno(),
    ).serve_forever()


def main() -> None:
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    print(listening.getsockname()[1], flush=True)
    {"ministack": serve_ministack, "moto": serve_moto}[sys.argv[1]](listening)


main()
