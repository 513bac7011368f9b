"""Serves one AWS emulator on a free port of 127.0.0.1, for as long as standard input stays open.

Usage: serve.py ministack|moto

Prints the port once it is listening. Whoever starts it holds the other end of standard input: when that process ends, however it
ends, the system closes the pipe and this process goes too.
"""

import os
import socket
import sys
import threading
from functools import lru_cache


def end_with_standard_input() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def serve_ministack(listening: socket.socket) -> None:
    os.environ.update(BIND_HOST="127.0.0.1", IOT_MTLS_ENABLED="0", GATEWAY_PORT=str(listening.getsockname()[1]))
    import uvicorn
    from ministack.app import app
    from ministack.services import dynamodb

    # It reads a query's expressions again for every item; what a text means never changes.
    tokenize = lru_cache(4096)(dynamodb._tokenize)
    dynamodb._tokenize = lambda expression: list(tokenize(expression))
    dynamodb._condition_syntax_error = lru_cache(4096)(dynamodb._condition_syntax_error)

    # It takes half of the processor time of ministack's own server, hypercorn. ministack dates its answers itself, and twice is once too often:
    # a client that compares clocks takes the two for one date, which is none.
    config = uvicorn.Config(
        app,
        lifespan="on",
        timeout_keep_alive=75,
        log_level="warning",
        access_log=False,
        date_header=False,
        server_header=False,
    )
    uvicorn.Server(config).run(sockets=[listening])


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
