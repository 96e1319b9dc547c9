"""kill -9 of the whole server, again and again, while a file is imported and people write."""

import http.client
import random
import socket
import threading

import pytest

from tests.journeys.killing import Journey, Outages, Person
from tests.journeys.real_client import RealClient, TornConnectionError

KILLS = 2  # each costs a lease of half a minute
ROWS = 5000


@pytest.mark.processes
def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(app, make, gunicorn):
    journey = Journey(app, make.administrator(), lambda: gunicorn(workers=2), rows=ROWS)
    found = journey.run(kills=KILLS, alone_seconds=2.0, chance=random.Random())
    assert found.kills == KILLS
    assert found.faults == [], "a connection broke while the server was there"
    assert found.lost == set(), "an acknowledged account is lost"
    assert found.missing == set()
    assert found.twice == []
    assert found.counts == (ROWS, 0, 0, 0)
    assert found.refused == [], "somebody could not write beside the import"
    assert found.acknowledged > 20, "nobody could write while the import ran"
    beside = sorted(found.beside)
    assert beside[int(len(beside) * 0.95)] < 3.0, "writers are starved"  # the bench holds 1 s


class TornServer:
    """Answers with fewer bytes than it announced and hangs up."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(self.answer)


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"],
    ids=["nothing", "half a head", "half a body"],
)
def test_every_kind_of_torn_answer_is_one_error_and_excused_only_when_the_server_was_killed(answer):
    server = TornServer(answer)
    with pytest.raises(TornConnectionError) as torn:
        RealClient(server.address).get("/")
    assert isinstance(torn.value.__cause__, OSError | http.client.HTTPException)
    outages = Outages()
    person = Person(RealClient(server.address), "Ann", outages)
    person.start()
    person.join(5)
    assert isinstance(person.fault, TornConnectionError), "no kill explains it"
    outages.begin()
    excused = Person(RealClient(server.address), "Bob", outages)
    excused.start()
    excused.join(0.4)
    excused.over.set()
    excused.join(5)
    assert excused.fault is None
    assert excused.acknowledged == []
    server.socket.close()


def test_a_request_that_began_in_an_outage_is_excused_though_it_tells_of_it_afterwards():
    outages = Outages()
    outages.begin()
    while_away = outages.ended
    outages.end()
    assert outages.explains(while_away)
    assert not outages.explains(outages.ended), "the server was there all the time"


def test_a_server_that_is_not_there_is_the_same_error():
    server = TornServer(b"")
    server.socket.close()
    with pytest.raises(TornConnectionError):
        RealClient(server.address).get("/")
