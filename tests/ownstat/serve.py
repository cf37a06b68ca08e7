#!/usr/bin/env python3
# tests/ownstat/serve.py - a monitor for the tests of ownstat: a Unix socket that is asked `json' and
# answers with a report, in several ways.
#
#   serve.py KIND SOCKET [KIND SOCKET]...
#
#   grows    reports of a server that has more each time; its process is this one
#   frozen   always the first of these
#   slow     the same in pieces, with a pause between two
#   large    a hundred thousand pools
#   garbage  what is no report
#   empty    nothing
#   silent   never answers
#   deaf     never takes a connection; its queue is full
#
# A name with @ first is an abstract socket. It creates SOCKET.ready for the last of them.

import json
import os
import socket
import sys
import threading
import time

import make_report


def listen(path, backlog=5):
    server = socket.socket(socket.AF_UNIX)
    server.bind("\0" + path[1:] if path[0] == "@" else path)
    server.listen(backlog)
    return server


def encode(report):
    report["process"] = os.getpid()
    return json.dumps(report).encode()


def answer(kind, connection, number):
    if kind == "silent":
        time.sleep(60)
        return
    question = b""
    while not question.endswith(b"\n"):
        got = connection.recv(100)
        if not got:
            return
        question += got
    if question != b"json\n":
        connection.sendall(b"what?")
        return
    if kind == "grows" or kind == "frozen":
        report = make_report.server(number if kind == "grows" else 0)
        # The time of the others is of no use on a screen.
        report["time"] = time.time()
        connection.sendall(encode(report))
    elif kind == "slow":
        data = encode(make_report.server(0))
        for begin in range(0, len(data), 500):
            connection.sendall(data[begin:begin + 500])
            time.sleep(0.3)
    elif kind == "large":
        connection.sendall(encode(make_report.wide(100000)))
    elif kind == "garbage":
        connection.sendall(b"own_metric 5\n")


def serve(kind, server):
    number = 0
    while True:
        connection, _ = server.accept()
        try:
            answer(kind, connection, number)
        except BrokenPipeError:
            pass
        connection.close()
        number += 1


def main():
    kept = []
    for kind, path in zip(sys.argv[1::2], sys.argv[2::2]):
        server = listen(path, 0 if kind == "deaf" else 5)
        kept.append(server)
        if kind != "deaf":
            threading.Thread(target=serve, args=(kind, server), daemon=True).start()
        else:
            for _ in range(2):
                client = socket.socket(socket.AF_UNIX)
                client.setblocking(False)
                try:
                    client.connect(path)
                except BlockingIOError:
                    pass
                kept.append(client)
    with open(sys.argv[-1].replace("@", "") + ".ready", "w"):
        pass
    while True:
        time.sleep(60)


main()
