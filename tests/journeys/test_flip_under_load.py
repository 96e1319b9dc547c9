"""Three server processes, an add-on switched on and off under load: no answer is ever wrong."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.addons.registry import registry
from tests.journeys.real_client import RealClient

ADDON = "customers"
PAGE = "/customers/"
REQUESTS = 200
FLIPS = 6

pytestmark = pytest.mark.processes


def switch(on: bool) -> None:
    registry().switchboard.forget()
    with acting_as(system_actor("test flip")):
        (lifecycle.enable if on else lifecycle.disable)(ADDON, reason="test")


def wrong(client: RealClient, path: str, on: bool) -> str | None:
    """Return what is wrong with one answer after the switch was confirmed."""
    answer = client.get(path)
    if path == PAGE:
        expected = 200 if on else 404
        return None if answer.status == expected else f"{path} gave {answer.status}, on is {on}"
    shown = f'href="{PAGE}"' in answer.text
    return (
        None if answer.status == 200 and shown is on else f"{path}: menu shown {shown}, on is {on}"
    )


def test_after_each_flip_every_process_answers_by_the_new_state(app, make, gunicorn):
    user = make.administrator()
    server = gunicorn(workers=3)
    clients = [RealClient.of(app, user, server.address) for _ in range(4)]
    faults: list[str] = []
    with ThreadPoolExecutor(len(clients)) as pool:
        for flip in range(FLIPS):
            on = flip % 2 == 1
            switch(on)
            asked = [
                pool.submit(wrong, clients[n % len(clients)], (PAGE, "/")[n % 10 == 0], on)
                for n in range(REQUESTS)
            ]
            faults += [fault for one in asked if (fault := one.result())]
    assert not faults, faults[:5]


def test_while_it_is_being_flipped_people_get_the_page_or_a_kind_word(app, make, gunicorn):
    server = gunicorn(workers=3)
    client = RealClient.of(app, make.administrator(), server.address)
    statuses: list[int] = []
    over = threading.Event()

    def browse() -> None:
        while not over.is_set():
            statuses.append(client.get(PAGE).status)

    people = [threading.Thread(target=browse) for _ in range(3)]
    for person in people:
        person.start()
    try:
        for flip in range(FLIPS):
            switch(flip % 2 == 1)
    finally:
        over.set()
        for person in people:
            person.join()
    assert set(statuses) <= {200, 404}
    assert {200, 404} <= set(statuses), "the load never met both states: it proves nothing"
