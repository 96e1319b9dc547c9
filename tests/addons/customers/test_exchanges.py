"""Both real files through the exchanges themselves; what must come out is counted from the CSV."""

import csv
import io
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select

from addons.customers import queries, services
from addons.customers.exchanges import EXCHANGES
from addons.customers.fields import CustomerFields
from addons.customers.industries import tree
from addons.customers.models import Customer, Industry, Network, StageMove
from core.audit.models import AuditEntry
from core.audit.recording import resource_key
from core.errors import Refused
from core.exchange.applying import Plan, apply_rows, count, guess, preset

DATA = Path(__file__).parents[2] / "data"
CUSTOMERS, OPERATORS = EXCHANGES
BATCH = 50


def read(name: str) -> tuple[list[str], list[list[str]]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        headings, *rows = csv.reader(file)
    return headings, rows


def run(open_unit, person, exchange, headings, rows, *, mapping=None):
    """Apply all rows in batches, each batch a unit of work as a step of the job is."""
    chosen = mapping or preset(exchange, headings) or guess(exchange, headings)
    plan = Plan(exchange, headings, chosen)
    verdicts = []
    numbered = list(enumerate(rows, start=2))
    for start in range(0, len(numbered), BATCH):
        with open_unit(person) as session:
            verdicts += apply_rows(session, plan, numbered[start : start + BATCH])
    return verdicts


@pytest.fixture
def run_as(as_):
    def go(person, exchange, headings, rows, mapping=None):
        return run(as_, person, exchange, headings, rows, mapping=mapping)

    return go


def test_the_companies_become_accounts_and_their_sectors_the_industry_tree(house, as_, run_as):
    headings, rows = read("companies.csv")
    records = [dict(zip(headings, row, strict=True)) for row in rows]
    assert count(run_as(house.ann, CUSTOMERS, headings, rows)) == Counter(created=len(rows))
    with as_(house.ann) as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 503
        assert session.scalar(select(func.count()).select_from(StageMove)) == 503
        nodes = tree()
        sectors = {record["GICS Sector"] for record in records}
        assert {node.title for node in nodes if node.depth == 0} == sectors
        below = {(record["GICS Sector"], record["GICS Sub-Industry"]) for record in records}
        titles = {node.id: node.title for node in nodes}
        assert {(titles[n.parent_id], n.title) for n in nodes if n.depth == 1} == below
        by_code = {
            code: (name, founded)
            for code, name, founded in session.execute(
                select(
                    Customer.external_code,
                    Customer.name,
                    Customer.founded,
                )
            )
        }
        assert by_code == {
            record["Symbol"]: (record["Security"], record["Founded"]) for record in records
        }
        minnesota = sum(r["Headquarters Location"].endswith(", Minnesota") for r in records)
        assert (
            session.scalar(
                select(func.count())
                .select_from(Customer)
                .where(Customer.region == "Minnesota", Customer.country == "US")
            )
            == minnesota
        )


def test_a_second_import_of_the_companies_changes_nothing(house, as_, run_as):
    headings, rows = read("companies.csv")
    run_as(house.ann, CUSTOMERS, headings, rows[:120])
    with as_(house.ann) as session:
        before = session.execute(select(Customer.id, Customer.row_version)).all()
        nodes = session.scalar(select(func.count()).select_from(Industry))
    again = count(run_as(house.ann, CUSTOMERS, headings, rows[:120]))
    assert again == Counter(unchanged=120)
    with as_(house.ann) as session:
        assert session.execute(select(Customer.id, Customer.row_version)).all() == before
        assert session.scalar(select(func.count()).select_from(Industry)) == nodes


def fold(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def operators_of(records: list[dict[str, str]]) -> set[tuple[str, str]]:
    return {
        (fold(record["operator"]) or fold(record["brand"]), record["country_code"])
        for record in records
        if record["operator"] or record["brand"]
    }


def test_the_operators_become_one_account_each_and_every_line_is_kept(house, as_, run_as):
    headings, rows = read("operators.csv")
    records = [dict(zip(headings, row, strict=True)) for row in rows]
    nameless = [r for r in records if not r["operator"].strip() and not r["brand"].strip()]
    expected = operators_of(records)
    verdicts = run_as(house.ann, OPERATORS, headings, rows)
    assert count(verdicts) == Counter(
        created=len(expected),
        updated=len(records) - len(nameless) - len(expected),
        refused=len(nameless),
    )
    refused = [verdict for verdict in verdicts if verdict.outcome == "refused"]
    assert [list(v.cells) for v in refused] == [list(r.values()) for r in nameless]
    assert all("neither an operator nor a brand" in verdict.reason for verdict in refused)
    with as_(house.ann) as session:
        found = session.execute(select(Customer.exact_key, Customer.country)).all()
        assert len(found) == len(expected)
        assert {(key, country) for key, country in found} == expected
        stored = Counter(session.scalars(select(Network.note)).all())
        written = Counter(" ".join(r["notes"].split()) for r in records if r not in nameless)
        assert stored == written
    again = count(run_as(house.ann, OPERATORS, headings, rows))
    assert again == Counter(unchanged=len(records) - len(nameless), refused=len(nameless))


def test_files_of_the_same_kind_with_other_headings_are_understood(house, as_, run_as):
    headings = ["客户名称", "客户等级", "所属行业", "国家", "地区", "股票代码"]
    rows = [
        ["远洋国际航空", "A级", "客运", "中国", "华北", "600001"],
        ["沧海航空", "", "", "", "", ""],
    ]
    mapping = guess(CUSTOMERS, headings)
    assert mapping["name"] == "客户名称"
    assert mapping["external_code"] == "股票代码"
    assert count(run_as(house.ann, CUSTOMERS, headings, rows)) == Counter(created=2)
    with as_(house.ann) as session:
        first = session.scalars(select(Customer).order_by(Customer.id)).first()
        assert (first.grade, first.country, first.region) == ("A", "CN", "华北")
    carriers = ["Carrier", "ISO", "Mobile country code", "Mobile network code", "Remarks"]
    assert set(guess(OPERATORS, carriers)) == {"operator", "country_code", "mcc", "mnc", "note"}


def test_an_export_imported_again_changes_nothing_until_a_cell_is_changed(
    house, as_, run_as, login
):
    headings, rows = read("companies.csv")
    run_as(house.ann, CUSTOMERS, headings, rows[:30])
    answer = login(house.ann.user).get("/customers/export?format=csv")
    headings, *rows = csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")))
    assert len(rows) == 30
    assert count(run_as(house.ann, CUSTOMERS, headings, rows)) == Counter(unchanged=30)
    rows[3][headings.index("Notes")] = "called on Monday"
    again = count(run_as(house.ann, CUSTOMERS, headings, rows))
    assert again == Counter(unchanged=29, updated=1)


def test_bad_rows_are_refused_alone_and_in_words(house, as_, run_as):
    headings = ["name", "grade", "country", "code", "manager", "stage"]
    rows = [
        ["Good", "B", "DE", "", "", ""],
        ["", "", "", "", "", ""],
        ["Bad grade", "Z", "", "", "", ""],
        ["Bad country", "", "Atlantis", "", "", ""],
        ["Bad code", "", "", "KH-9999", "", ""],
        ["Bad manager", "", "", "", "Nobody At All", ""],
        ["Bad stage", "", "", "", "", "somewhere"],
        ["NUL \x00", "", "", "", "", ""],
        ["x" * 300, "", "", "", "", ""],
    ]
    verdicts = run_as(house.ann, CUSTOMERS, headings, rows)
    assert [v.outcome for v in verdicts] == ["created"] + ["refused"] * 8
    assert all(verdict.reason for verdict in verdicts[1:])
    with as_(house.ann) as session:
        assert session.scalars(select(Customer.name)).all() == ["Good"]


def test_empty_cells_keep_what_is_stored_and_others_update_it(house, as_, run_as, make):
    key = make.customers.customer(
        "Kept", manager=house.ann.employee, region="华北", notes="old", external_code="X1"
    )
    headings = ["name", "external_code", "region", "notes"]
    verdicts = run_as(house.ann, CUSTOMERS, headings, [["Renamed", "X1", "", "new"]])
    assert [v.outcome for v in verdicts] == ["updated"]
    with as_(house.ann):
        customer = queries.customer(key)
        assert (customer.name, customer.region, customer.notes) == ("Renamed", "华北", "new")


def test_an_import_neither_finds_nor_changes_accounts_outside_the_range(house, as_, run_as, make):
    foreign = make.customers.customer(
        "Hidden", manager=house.bob.employee, external_code="X1", notes="theirs"
    )
    with as_(house.administrator):
        code = queries.customer(foreign).code
    headings = ["name", "code", "external_code", "notes"]
    verdicts = run_as(
        house.ann, CUSTOMERS, headings, [["Hidden", "", "X1", "mine"], ["Hidden", code, "", "y"]]
    )
    assert [v.outcome for v in verdicts] == ["created", "refused"]
    with as_(house.bob):
        assert queries.customer(foreign).notes == "theirs"


def test_an_account_that_may_be_seen_but_not_changed_is_refused(house, as_, run_as, make):
    key = make.customers.customer("Anns", manager=house.ann.employee)
    verdicts = run_as(house.head, CUSTOMERS, ["name", "notes"], [["Anns", "from above"]])
    assert [v.outcome for v in verdicts] == ["refused"]
    with as_(house.ann):
        assert queries.customer(key).notes == ""


def test_one_row_twice_in_a_file_makes_one_account(house, as_, run_as):
    verdicts = run_as(house.ann, CUSTOMERS, ["name"], [["Twice"], ["ＴＷＩＣＥ"], ["Twice"]])
    assert [v.outcome for v in verdicts] == ["created", "updated", "updated"]
    with as_(house.ann) as session:
        assert len(session.scalars(select(Customer.id)).all()) == 1


def test_apply_refuses_a_single_bad_row(house, as_):
    with pytest.raises(Refused), as_(house.ann) as session:
        OPERATORS.apply(session, {"operator": "", "brand": ""}, {})


def test_a_new_account_of_a_file_may_stand_further_and_belong_to_somebody(house, as_, run_as):
    headings = ["name", "stage", "manager"]
    rows = [["Signed", "迁移签署", "Ann"], ["Confirmed", "relationship", ""]]
    verdicts = run_as(house.administrator, CUSTOMERS, headings, rows)
    assert [v.outcome for v in verdicts] == ["created", "created"]
    with as_(house.ann) as session:
        (signed,) = session.scalars(select(Customer)).all()
        assert signed.stage == "signed"
        assert len(queries.stage_history(signed.id)) == 4


def test_a_batch_costs_the_same_number_of_look_ups_whatever_its_size(
    house, as_, statements, run_as
):
    headings, rows = read("companies.csv")
    run_as(house.ann, CUSTOMERS, headings, rows[:50])
    plan = Plan(CUSTOMERS, headings, preset(CUSTOMERS, headings))
    costs = []
    for size in (5, 50):
        with as_(house.ann) as session, statements() as seen:
            apply_rows(session, plan, list(enumerate(rows[:size])))
            costs.append(len([sql for sql in seen if sql.lstrip().startswith("SELECT")]))
    assert costs[0] == costs[1]


def test_an_imported_account_is_stored_and_audited_like_one_made_by_hand(house, as_, run_as):
    """Imports store set-based; nothing but names, keys and codes may tell the two apart."""
    with as_(house.ann):
        services.create_customer(CustomerFields(name="By hand Co", grade="A"))
    verdicts = run_as(house.ann, CUSTOMERS, ["Name", "Grade"], [["By file Co", "A"]])
    assert count(verdicts) == Counter(created=1)
    told = {"id", "code", "name", "exact_key", "match_key", "search_text", "sort_key", "created_at"}
    told |= {"updated_at", "scope_customer_id", "customer_id", "recorded_at"}
    with as_(house.ann) as session:
        for model in (Customer, StageMove):
            names = inspect(model).column_attrs.keys()
            hand, file = (
                {key: getattr(row, key) for key in names if key not in told}
                for row in session.scalars(select(model).order_by(model.id))
            )
            assert hand == file
            parts = audit_of(session, model)
            assert len(parts) == 2
            assert parts[0].keys() == parts[1].keys()
            same = parts[0].keys() - told
            assert {k: parts[0][k] for k in same} == {k: parts[1][k] for k in same}


def audit_of(session, model):
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.resource == resource_key(model), AuditEntry.action == "create")
        .order_by(AuditEntry.id)
    )
    return [entry.changes for entry in entries]


def test_a_number_of_an_authority_abroad_is_an_external_code_and_no_registration_here():
    chosen = guess(CUSTOMERS, ["Company", "CIK"])
    assert chosen == {"name": "Company", "external_code": "CIK"}
    headings, _rows = read("companies.csv")
    assert "registration_no" not in preset(CUSTOMERS, headings)
