"""A site that is served by threads is left alone at its end: nobody inside, nobody let in."""

import http.client
import threading
from urllib.parse import urlsplit

import pytest
from flask import Flask

from core.testing.serving import served


def test_the_end_waits_for_requests_that_are_being_answered():
    app, came, go, done = Flask(__name__), threading.Event(), threading.Event(), []

    @app.get("/slow")
    def slow():
        came.set()
        go.wait(20)
        done.append("answered")
        return "late"

    with served(app) as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
        connection.request("GET", "/slow")
        assert came.wait(20)
        threading.Timer(0.3, go.set).start()
    assert done == ["answered"]
    assert connection.getresponse().read() == b"late"
    connection.close()


def test_a_connection_that_was_opened_ahead_of_need_gets_nothing_afterwards():
    app, asked = Flask(__name__), []

    @app.get("/")
    def index():
        asked.append(1)
        return "here"

    with served(app) as address:
        early = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
        early.connect()
        later = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
        later.request("GET", "/")
        assert later.getresponse().read() == b"here"
    early.request("GET", "/")
    with pytest.raises(http.client.RemoteDisconnected):
        early.getresponse()
    assert asked == [1]
    early.close()
    later.close()
