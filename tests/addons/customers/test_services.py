from dataclasses import replace

import pytest

from addons.customers import contacts, queries, services
from addons.customers.contacts import ContactFields
from addons.customers.fields import CustomerFields, fields_of, names_a_year
from addons.customers.stages import Stage
from core.audit.queries import history
from core.errors import Conflict, NotAllowed, NotFound, Refused
from core.i18n import force_locale


def test_a_new_account_gets_a_code_its_manager_and_the_managers_unit(house, as_):
    with as_(house.ann):
        first = services.create_customer(CustomerFields(name="远洋国际航空")).id
        second = services.create_customer(CustomerFields(name="沧海航空")).id
    with as_(house.ann):
        one, two = queries.customer(first), queries.customer(second)
        assert [one.code, two.code] == ["KH-0001", "KH-0002"]
        assert one.scope_owner_id == house.ann.employee.id
        assert one.scope_org_id == house.first_room.id
        assert one.stage == Stage.PROSPECT
        assert one.scope_customer_id == one.id
        assert "yygjhk" in one.search_text


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": "  "}, "name"),
        ({"name": "，。"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "A\x00B"}, "name"),
        ({"name": "A", "grade": "E"}, "grade"),
        ({"name": "A", "industry_id": 999_999}, "industry_id"),
        ({"name": "A", "website": "javascript://alert(1)"}, "website"),
        ({"name": "A", "website": "https://x.org\"onclick='y'"}, "website"),
    ],
)
def test_what_cannot_be_stored_is_refused_beside_its_field(house, as_, fields, wrong):
    with pytest.raises(Refused) as refused, as_(house.ann):
        services.create_customer(CustomerFields(**fields))
    assert wrong in refused.value.fields


def test_a_website_gets_its_scheme(house, as_):
    with as_(house.ann):
        key = services.create_customer(CustomerFields(name="A", website="www.example.com")).id
        assert queries.customer(key).website == "https://www.example.com"


def test_the_second_writer_is_told_and_nothing_is_lost(house, as_, make):
    key = make.customers.customer("Old", manager=house.ann.employee)
    with as_(house.ann):
        seen = queries.customer(key)
        version, fields = seen.row_version, fields_of(seen)
    with as_(house.ann):
        services.update_customer(key, replace(fields, name="First"), row_version=version)
    with pytest.raises(Conflict) as conflict, as_(house.ann):
        services.update_customer(key, replace(fields, name="Second"), row_version=version)
    assert conflict.value.theirs["name"] == "First"
    assert conflict.value.yours["name"] == "Second"
    with as_(house.ann):
        assert queries.customer(key).name == "First"


def test_a_change_is_in_the_history_and_no_change_is_not(house, as_, make):
    key = make.customers.customer("Old", manager=house.ann.employee)
    with as_(house.ann):
        seen = queries.customer(key)
        services.update_customer(key, fields_of(seen), row_version=seen.row_version)
    with as_(house.ann):
        seen = queries.customer(key)
        assert seen.row_version == 1
        services.update_customer(
            key, replace(fields_of(seen), grade="A"), row_version=seen.row_version
        )
    with as_(house.ann) as session, force_locale("en"):
        entries = history(session, "customers.customer", key)
    assert [entry.action for entry in entries] == ["update", "create"]
    assert [(change.title, change.old, change.new) for change in entries[0].changes] == [
        ("Grade", None, "A")
    ]


def test_only_an_account_without_anything_is_deleted(house, as_, make):
    bare = make.customers.customer("Bare", manager=house.ann.employee)
    used = make.customers.customer("Used", manager=house.ann.employee)
    moved = make.customers.customer("Moved", manager=house.ann.employee, stage=Stage.OPPORTUNITY)
    make.customers.contact(used)
    with as_(house.administrator):
        services.delete_customer(bare)
    for key in (used, moved):
        with pytest.raises(Refused), as_(house.administrator):
            services.delete_customer(key)
    with as_(house.administrator):
        with pytest.raises(NotFound):
            queries.customer(bare)
        assert queries.customer(used).name == "Used"


def test_a_manager_may_not_delete(house, as_, make):
    key = make.customers.customer("Mine", manager=house.ann.employee)
    with pytest.raises(NotAllowed), as_(house.ann):
        services.delete_customer(key)


def test_an_inactive_person_cannot_manage_accounts(house, as_):
    with pytest.raises(Refused), as_(house.administrator):
        services.create_customer(CustomerFields(name="A"), manager_id=999_999)


def test_an_account_has_one_main_contact_the_last_one_so_marked(house, as_, make):
    key = make.customers.customer("A", manager=house.ann.employee)
    with as_(house.ann):
        contacts.add_contact(key, ContactFields(name="何明", is_main=True))
        contacts.add_contact(key, ContactFields(name="许琳", is_main=True))
    with as_(house.ann):
        people = queries.contacts_of(key)
        assert [(one.name, one.is_main) for one in people] == [("许琳", True), ("何明", False)]
        assert queries.counts(key).contacts == 2


def test_a_contact_carries_the_scope_of_its_account(house, as_, make):
    key = make.customers.customer("A", manager=house.ann.employee)
    person = make.customers.contact(key)
    with as_(house.ann):
        found = queries.contact(person)
        assert (found.scope_owner_id, found.scope_customer_id) == (house.ann.employee.id, key)
    with pytest.raises(NotFound), as_(house.bob):
        queries.contact(person)


@pytest.mark.parametrize(
    "text",
    ["1998", "1998年", "１９９８", "1998-05", "19980501", "2013 (1888)", "2006/1999 (1886)", "约1902年",
     "1999 (L3 1997, Harris 1895)"],
)  # fmt: skip
def test_a_founding_names_a_year(text):
    assert names_a_year(text)


@pytest.mark.parametrize("text", ["long ago", "12345", "98", "0998", "2199", "1998 (3019)", "年"])
def test_a_founding_without_a_year_or_still_to_come_is_refused(text, house, as_):
    assert not names_a_year(text)
    with as_(house.ann), pytest.raises(Refused) as refused:
        services.create_customer(CustomerFields(name="A", founded=text))
    assert set(refused.value.fields) == {"founded"}


BAD = {"blank": "\u3164", "turning": "a\u202eb", "control": "a\x07b", "break": "a\nb"}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
@pytest.mark.parametrize("field", ["name", "name_en", "region", "external_code", "notes"])
def test_what_no_text_may_hold_is_refused_by_the_service(text, field, house, as_):
    fields = CustomerFields(**{"name": "A", field: text})
    with as_(house.ann):
        if field == "notes" and "\n" in text:
            services.create_customer(fields)
            return
        with pytest.raises(Refused) as refused:
            services.create_customer(fields)
    assert set(refused.value.fields) == {field}
