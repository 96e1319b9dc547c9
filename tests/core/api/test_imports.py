"""Imports, exports and measures by program."""

import csv
import io
from decimal import Decimal

import pytest
from sqlalchemy import literal, select

from addons.customers.models import Opportunity
from core.api.openapi import document
from core.contributions import Measure
from core.jobs.running import run_next
from tests.core.jobs.toys import plugged

CSV = "name,grade\nWren,A\nCrow,Z\nRook,B\n"
IMPORTS = "/api/v1/imports"


@pytest.fixture
def boss(make, program):
    return program(make.administrator(locale="en"))


def run_jobs() -> None:
    while run_next():
        pass


def sent(boss, body: str = CSV):
    path = f"{IMPORTS}?exchange=customers.customer&filename=wren.csv"
    return boss.post(path, body.encode(), Content_Type="application/octet-stream")


def test_a_file_is_sent_mapped_started_and_watched(boss):
    made = sent(boss)
    assert made.status_code == 201, made.text
    assert made.json["mapping"] == {"name": "name", "grade": "grade"}
    at = made.headers["Location"]
    less = boss.post(f"{at}/mapping", {"mapping": {"name": "name", "grade": "grade"}})
    assert less.status_code == 200, less.text
    assert boss.post(f"{at}/mapping", {"mapping": {"name": "no such"}}).status_code == 422
    assert boss.post(f"{at}/start").json["state"] == "running"
    assert boss.post(f"{at}/start").status_code == 409
    run_jobs()
    done = boss.get(at).json
    assert (done["state"], done["created"], done["refused"]) == ("done", 2, 1)
    (bad,) = boss.get(f"{at}/refused").json
    assert bad["cells"][0] == "Crow"
    table = boss.get(f"{at}/refused.csv")
    assert [row[0] for row in csv.reader(io.StringIO(table.text.lstrip("\ufeff")))] == [
        "name", "Crow",
    ]  # fmt: skip
    assert boss.get(IMPORTS).json[0]["id"] == done["id"]


def test_a_token_without_the_verb_sees_no_imports(make, program, boss):
    at = sent(boss).headers["Location"]
    admin = program(make.administrator("other", locale="en"))
    assert admin.get(at).status_code == 404
    kinds = {one["key"] for one in boss.get(f"{IMPORTS}/kinds").json}
    assert "customers.customer" in kinds
    reader = program(make.user("ann", locale="en"), ("customers.customer", "query"))
    assert reader.get(f"{IMPORTS}/kinds").json == []
    assert reader.get(IMPORTS).json == []
    assert sent(reader).status_code == 403


def test_the_wrong_kind_of_file_and_an_unknown_import_are_refused(boss):
    assert sent(boss, "\x00\x01\x02").status_code in {415, 422}
    unknown = boss.post(f"{IMPORTS}?exchange=no.such", b"a,b\n1,2\n", Content_Type="text/csv")
    assert unknown.status_code == 404
    assert boss.post(IMPORTS, b"a,b\n1,2\n", Content_Type="text/csv").status_code == 422


def test_a_measure_gives_its_figure_and_the_facts_behind_it(make, program, frozen):
    from datetime import UTC, datetime

    ann = make.user("ann", unit=make.unit("One"), locale="en")
    with frozen(datetime(2026, 5, 6, tzinfo=UTC)):
        own = make.customers.customer("Wren", manager=make.person_of(ann))
        make.customers.customer("Crow", manager=make.employee())
        reader = program(ann)
        keys = {one["key"] for one in reader.get("/api/v1/measures").json}
        assert "sales.prospect.new" in keys
        found = reader.get("/api/v1/measures/sales.prospect.new?period=202605").json
        assert found["value"] == 1
        assert [fact["ref"] for fact in found["facts"]] == [own]
        assert reader.get("/api/v1/measures/sales.prospect.new?period=202613").status_code == 422
        assert reader.get("/api/v1/measures/nothing?period=202605").status_code == 404


def test_a_large_export_is_written_by_a_job(boss, monkeypatch):
    from core.exchange import export_views

    monkeypatch.setattr(export_views, "MAX_EXPORT_AT_ONCE", 1)
    for name in ("Wren", "Crow"):
        boss.post("/api/v1/customers", {"name": name})
    started = boss.get("/api/v1/customers/export?format=csv")
    assert started.status_code == 202, started.text
    at = started.headers["Location"]
    assert boss.get(at).json["file"] is None
    run_jobs()
    done = boss.get(at).json
    assert done["state"] == "done"
    assert "Crow" in boss.get(done["file"]).text


def opportunity_values(_period):
    return select(
        Opportunity.credited_employee_id.label("subject_id"),
        Opportunity.credited_unit_id.label("org_id"),
        Opportunity.opened_on.label("occurred_on"),
        Opportunity.expected_value.label("num"),
        literal(3).label("den"),
        literal(1).label("weight"),
        Opportunity.id.label("ref"),
        Opportunity.title.label("title"),
        Opportunity.updated_at.label("changed_at"),
    )


@pytest.mark.parametrize(("aggregate", "value"), [("sum", "1554.00"), ("ratio", "259.00")])
def test_a_measure_of_money_gives_amounts_as_text_like_every_other_answer(
    make, program, aggregate, value
):
    own = make.customers.customer("Wren", manager=make.employee())
    for amount in ("553.5", "1000.5"):
        make.customers.opportunity(own, amount, value=Decimal(amount))
    measure = Measure(
        key="toy.value",
        title="Value",
        resource="customers.opportunity",
        facts=opportunity_values,
        unit="CNY",
        aggregate=aggregate,
    )
    with plugged(measures=[measure]):
        found = program(make.administrator()).get("/api/v1/measures/toy.value?period=202605").json
    assert found["value"] == value
    facts = [(fact["title"], fact["num"], fact["den"]) for fact in found["facts"]]
    assert sorted(facts) == [("1000.5", "1000.50", 3), ("553.5", "553.50", 3)]


def test_the_document_says_that_figures_are_numbers_or_amounts_as_text(app):
    with app.test_request_context():
        fact = document()["components"]["schemas"]["FactOut"]["properties"]
    assert [one["type"] for one in fact["num"]["anyOf"]] == ["number", "string"]
    assert fact["weight"]["type"] == "number"
