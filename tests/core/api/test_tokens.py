"""API tokens: what they may, how long, and who ends them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts import services
from core.accounts.models import ApiToken
from core.accounts.tokens import LONGEST_LIFE
from core.actor import system_actor
from core.audit.models import AuditEntry
from core.clock import now
from core.settings.services import set_value
from core.testing.client import signed_in_client
from core.unit_of_work import unit_of_work

ROOT = "/api/v1/customers"
QUERY = ("customers.customer", "query")
CREATE = ("customers.customer", "create")
PASSWORD = "a long walk in the hills"
SYSTEM = system_actor("test")


@pytest.fixture
def walker(make):
    return make.user("walker", locale="en", password=PASSWORD)


def made(client, **more):
    form = {"name": "nightly", "days": "30", "scopes": ":".join(CREATE), "password": PASSWORD}
    return client.submit("/account/tokens/new", {**form, **more})


def secret_in(page) -> str:
    text = page.get_data(as_text=True)
    return text.partition("data-secret>")[2].partition("<")[0]


def test_a_token_is_shown_once_and_kept_as_a_digest(app, walker):
    client = signed_in_client(app, walker)
    secret = secret_in(made(client))
    assert secret.startswith("sunmao_")
    with unit_of_work(SYSTEM) as session:
        kept = session.scalars(select(ApiToken)).one()
        assert secret not in str(vars(kept))
        assert secret.startswith(kept.prefix)
        assert kept.scopes == [list(CREATE), list(QUERY)]
        acts = session.scalars(select(AuditEntry).where(AuditEntry.resource == "core.token"))
        assert [entry.action for entry in acts] == ["create"]
    page = client.get("/account/tokens").get_data(as_text=True)
    assert secret not in page
    assert kept.prefix in page
    used = app.test_client().get(ROOT, headers={"Authorization": f"Bearer {secret}"})
    assert used.status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"password": "guess"}, {"password": ""}, {"scopes": "customers.industry:configure"},
     {"scopes": "core.user:query"}, {"days": "9999"}, {"name": ""}],
)  # fmt: skip
def test_a_token_needs_the_password_and_only_rights_that_are_held(app, walker, wrong):
    client = signed_in_client(app, walker)
    assert made(client, **wrong).status_code == 422
    with unit_of_work(SYSTEM) as session:
        assert session.scalars(select(ApiToken)).all() == []


def test_guesses_of_the_password_are_slowed_down(app, walker, frozen):
    client = signed_in_client(app, walker)
    with frozen(now()):
        pages = [made(client, password="guess").get_data(as_text=True) for _ in range(8)]
        assert "Too many attempts" in pages[-1]
        assert "Too many attempts" in made(client).get_data(as_text=True)


def test_the_site_says_how_long_tokens_may_live(app, walker):
    with unit_of_work(SYSTEM) as session:
        set_value(session, LONGEST_LIFE, 20)
    assert made(signed_in_client(app, walker)).status_code == 422
    assert secret_in(made(signed_in_client(app, walker), days="20"))


def test_a_token_does_only_what_it_was_made_for(ann, program):
    reader = program(ann, QUERY)
    assert reader.get(ROOT).status_code == 200
    assert reader.post(ROOT, {"name": "Wren"}).status_code == 403
    assert reader.get(f"{ROOT}/pipeline").status_code == 403
    assert reader.get(f"{ROOT}/export").status_code == 403
    assert program(ann, QUERY, CREATE).post(ROOT, {"name": "Wren"}).status_code == 201


def test_a_token_never_does_more_than_its_owner(ann, program):
    everything = program(ann)
    refused = everything.post(f"{ROOT}/industries", {"name": {"zh": "能源"}})
    assert refused.status_code == 403


def test_a_token_loses_what_its_owner_loses(make, program):
    head = make.user("head", heads=make.unit("One"), locale="en")
    token = program(head)
    with unit_of_work(SYSTEM) as session:
        services.update_user(session, head.id, employee_id=None, is_administrator=False)
    assert token.get(ROOT).status_code in {200, 403}
    assert token.post(ROOT, {"name": "Wren"}).status_code == 403


def test_the_range_of_one_scope_is_the_owners_and_no_wider(ann, program, make):
    own = make.customers.customer("Wren", manager=make.person_of(ann))
    foreign = make.customers.customer("Crow", manager=make.employee())
    make.customers.opportunity(own, "Deal")
    reader = program(ann, QUERY)
    assert [row["id"] for row in reader.get(ROOT).json["items"]] == [own]
    assert reader.get(f"{ROOT}/{foreign}").status_code == 404
    assert reader.get(f"{ROOT}/opportunities").status_code == 403


def test_tokens_open_no_pages(app, ann, program):
    headers = program(ann).headers
    for path in ("/", "/customers/", "/account/tokens", "/api"):
        answer = app.test_client().get(path, headers=headers)
        assert answer.status_code == 303, path


def test_a_token_goes_before_a_cookie(app, ann, program):
    client = signed_in_client(app, ann)
    bad = {"Authorization": "Bearer sunmao_nothing"}
    assert client.get(ROOT, headers=bad).status_code == 401
    assert client.get(ROOT, headers={"Authorization": "Basic YTpi"}).status_code == 401
    assert client.get(f"{ROOT}?token=x").status_code == 422


@pytest.mark.parametrize("end", ["disabled", "password", "expired", "owner", "administrator"])
def test_a_token_dies_at_once(app, make, program, frozen, walker, end):  # noqa: PLR0917
    token = program(walker)
    assert token.get(ROOT).status_code == 200
    with unit_of_work(SYSTEM) as session:
        key = session.scalars(select(ApiToken.id)).one()
        if end == "disabled":
            services.set_user_active(session, walker.id, active=False)
        elif end == "password":
            services.reset_user(session, walker.id)
    if end == "owner":
        signed_in_client(app, walker).submit(f"/account/tokens/{key}/revoke")
    elif end == "administrator":
        boss = signed_in_client(app, make.administrator())
        boss.submit("/admin/tokens/revoke", {"ids": str(key)})
    instant = now() + (timedelta(days=2) if end == "expired" else timedelta(0))
    with frozen(instant):
        assert token.get(ROOT).status_code == 401


def test_nobody_ends_or_sees_the_tokens_of_others(app, make, program, walker):
    token = program(walker)
    with unit_of_work(SYSTEM) as session:
        key = session.scalars(select(ApiToken.id)).one()
    other = signed_in_client(app, make.user("other", locale="en"))
    assert other.submit(f"/account/tokens/{key}/revoke").status_code == 404
    assert other.submit("/admin/tokens/revoke", {"ids": str(key)}).status_code == 403
    assert other.get("/admin/tokens").status_code == 403
    assert token.get(ROOT).status_code == 200
    boss = signed_in_client(app, make.administrator())
    assert "walker" in boss.get("/admin/tokens").get_data(as_text=True)


def test_the_last_use_is_noted_once_a_minute(app, program, walker, frozen, statements):
    token = program(walker)
    start = now()
    with frozen(start):
        token.get(ROOT)
        with statements() as sent:
            token.get(ROOT)
        assert not [one for one in sent if one.lstrip().upper().startswith("UPDATE")]
    with frozen(start + timedelta(seconds=61)):
        token.get(ROOT)
    with unit_of_work(SYSTEM) as session:
        seen = session.scalars(select(ApiToken.last_seen_at)).one()
    assert seen == start + timedelta(seconds=61)


def test_acts_of_a_token_are_told_from_those_of_its_owner(ann, program):
    key = program(ann).post(ROOT, {"name": "Wren"}).json["id"]
    with unit_of_work(SYSTEM) as session:
        wanted = select(AuditEntry).where(
            AuditEntry.resource == "customers.customer", AuditEntry.record_id == key
        )
        (entry,) = session.scalars(wanted)
    assert entry.actor_user_id == ann.id
    assert entry.actor_label.endswith("· API test")


def test_a_token_that_asks_too_often_has_to_wait(ann, program):
    with unit_of_work(SYSTEM) as session:
        set_value(session, "core.api_requests_per_minute", 5)
    token = program(ann)
    answers = [token.get(ROOT) for _ in range(12)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 61


def test_a_network_that_tries_tokens_has_to_wait(app):
    client = app.test_client()
    bad = {"Authorization": "Bearer sunmao_guess"}
    options = {"headers": bad, "environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
    found = [client.get(ROOT, **options).status_code for _ in range(130)]
    assert found[0] == 401
    assert found[-1] == 429


def test_a_refusal_tells_a_token_that_is_too_narrow_from_a_person_without_the_right(ann, program):
    reader = program(ann, QUERY)
    refused = reader.post(ROOT, {"name": "Wren"})
    assert "token does not include" in refused.json["detail"]
    assert "giver" not in refused.json  # nobody need give what the person holds
