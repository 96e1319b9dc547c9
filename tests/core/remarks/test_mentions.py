import pytest
from sqlalchemy import update

from core.accounts.models import User
from core.remarks import services
from core.remarks.mentions import mentioned, offers
from core.remarks.queries import _pieces
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work
from tests.core.notifications.conftest import lines
from tests.core.remarks.test_remarks import CUSTOMER, write


@pytest.fixture
def people(make):
    room = make.unit("Room")
    made = {
        login: make.user(login, employee=make.employee(name, unit=room))
        for login, name in (
            ("zhang", "张伟"),
            ("zhangwm", "张伟明"),
            ("lina", "Li Na"),
            ("wang1", "王磊"),
            ("wang2", "王磊"),
        )
    }
    return {login: user.id for login, user in made.items()}


def found(text):
    with unit_of_work(MAKING) as session:
        return mentioned(session, text)


@pytest.mark.parametrize(
    ("text", "logins"),
    [
        ("@张伟 请看", ["zhang"]),
        ("请@张伟明对方案确认", ["zhangwm"]),
        ("@张伟民 请看", ["zhang"]),  # no one is called so; the longest name that fits is meant
        ("hello @Li Na, please", ["lina"]),
        ("@LINA and @zhang", ["lina", "zhang"]),
        ("@li na and ＠张伟", ["lina", "zhang"]),
        ("@linas is somebody else", []),
        ("write to lina@zhang.example", []),
        ("@ 张伟, @@张伟", ["zhang"]),
        ("@nobody", []),
        ("@", []),
    ],
)
def test_the_longest_words_behind_an_at_are_meant(people, text, logins):
    assert sorted(found(text).users.values()) == sorted(people[one] for one in logins)


def test_a_name_that_several_have_means_nobody_until_the_code_says_whom(people, make):
    assert found("@王磊 看一下").unclear == ("王磊",)
    with unit_of_work(MAKING) as session:
        (first, second) = offers(session, "王")
    assert first.insert != second.insert
    told = found(f"@{first.insert} @{second.insert}")
    assert sorted(told.users.values()) == sorted([people["wang1"], people["wang2"]])
    assert told.unclear == ()
    name, code = first.insert.rstrip(")").split("(")
    for words in (f"@{name}（{code}）", f"＠{name} ({code})"):  # as Chinese input writes them
        assert list(found(words).users.values()) == list(found(f"@{first.insert}").users.values())


def test_only_twenty_are_read(people):
    assert len(found("@zhang " * 20 + "@lina").users) == 1


def test_a_mentioned_person_who_sees_the_record_is_told_where(pair, make):
    boss = make.administrator()
    made = write(make.actor(pair.ann), pair.anns, "please look, @admin")
    assert made.not_told == ()
    (line,) = lines(boss)
    assert (line.kind, line.anchor) == ("core.mention", f"remark-{made.remark.id}")
    assert line.detail == "please look, @admin"


def test_who_may_not_see_the_record_is_not_told_and_the_author_hears_it(pair, make, login):
    answer = login(pair.ann).submit(
        f"/remarks/{CUSTOMER}/{pair.anns}", {"text": "@Bob look"}, follow_redirects=True
    )
    assert "Not notified: Bob" in answer.text
    assert lines(pair.bob) == []


def test_a_switched_off_account_is_no_name(pair, make):
    boss = make.administrator()
    with unit_of_work(MAKING) as session:
        session.execute(update(User).where(User.id == boss.id).values(active=False))
    write(make.actor(pair.ann), pair.anns, "@admin look")
    assert lines(boss) == []


def test_a_mention_that_is_added_later_is_told_and_the_first_one_not_again(pair, make):
    boss, second = make.administrator(), make.administrator("second")
    actor = make.actor(pair.ann)
    made = write(actor, pair.anns, "@admin look")
    with unit_of_work(actor):
        services.mend_remark(made.remark.id, "@admin look, @second too")
    assert [line.detail for line in lines(boss)] == ["@admin look, @second too"]
    assert len(lines(second)) == 1


def test_colleagues_are_offered_by_what_their_name_holds(pair, people, login):
    ann = login(pair.ann)
    offered = ann.get("/remarks/people?q=张").get_json()
    assert [one["insert"] for one in offered] == ["张伟", "张伟明"]
    assert set(offered[0]) == {"insert", "name", "unit"}
    for nothing in ("", "?q=", "?q=%25", "?q=_"):
        assert ann.get(f"/remarks/people{nothing}").get_json() == []
    assert "/login" in ann.application.test_client().get("/remarks/people?q=a").location


def test_only_what_means_somebody_is_shown_so():
    text = "@wang see bob@wang.example and @wanghai, ＠wang（1）"
    pieces = _pieces(text, ["wang", "wang(1)"])
    assert "".join(words for words, _meant in pieces) == text
    assert [words for words, meant in pieces if meant] == ["@wang", "＠wang（1）"]


def test_names_with_capitals_beyond_ascii_are_found(make):
    room = make.unit("Room")
    for login, name in (("ivan", "Иван Петров"), ("emile", "Émile Özil")):
        make.user(login, employee=make.employee(name, unit=room))
    assert len(found("@Иван Петров and @Émile Özil").users) == 2


def test_a_login_that_is_nobody_in_the_house_is_like_no_login(pair, make):
    with unit_of_work(MAKING) as session:
        session.add(User(login="auditor", password_hash="-"))
    made = write(make.actor(pair.ann), pair.anns, "@auditor and @nobody")
    assert (made.not_told, made.unclear) == ((), ())
