"""The calibration page: what Flask and SQLAlchemy need for a list when nothing else is asked.

The newest 80 of 100,000 lines by date, eight columns, the partner's name from a joined second
table, a count that stops at 10,001, about 17 kB of HTML. No login, no rights, no menus.
"""

import random
from datetime import date, timedelta

from flask import Flask, render_template_string, request
from sqlalchemy import Engine, ForeignKey, Index, create_engine, func, insert, inspect, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

PARTNERS, LINES, PAGE, COUNT_LIMIT = 500, 100_000, 80, 10_001


class Base(DeclarativeBase):
    """Base of the two tables of the calibration page."""


class Partner(Base):
    """One of 500 partners."""

    __tablename__ = "bench_partner"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Line(Base):
    """One of 100,000 lines."""

    __tablename__ = "bench_line"
    __table_args__ = (Index("ix_bench_line_day", "day", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    name: Mapped[str]
    partner_id: Mapped[int] = mapped_column(ForeignKey("bench_partner.id"))
    account: Mapped[int]
    owner: Mapped[int]
    amount: Mapped[int]
    hours: Mapped[int]
    state: Mapped[str]


TEMPLATE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Lines</title></head><body>
<h1>Lines</h1><p>{{ total }} lines</p>
<table><thead><tr><th>Date</th><th>Name</th><th>Partner</th><th>Account</th><th>Owner</th>
<th>Amount</th><th>Hours</th><th>State</th></tr></thead><tbody>
{% for line, partner in rows %}<tr>
  <td>{{ line.day }}</td><td><a href="/line/{{ line.id }}">{{ line.name }}</a></td>
  <td>{{ partner }}</td><td>{{ line.account }}</td><td>{{ line.owner }}</td>
  <td class="num">{{ line.amount / 100 }}</td><td class="num">{{ line.hours }}</td>
  <td><span class="tag">{{ line.state }}</span></td>
</tr>
{% endfor %}</tbody></table>
<p><a href="?page={{ page - 1 }}">previous</a> {{ page }}
<a href="?page={{ page + 1 }}">next</a></p>
</body></html>"""


def seed(engine: Engine) -> None:
    """Make both tables and fill them."""
    Base.metadata.create_all(engine)
    chance = random.Random(1)
    first = date(2024, 1, 1)
    with engine.begin() as connection:
        connection.execute(
            insert(Partner),
            [{"id": i + 1, "name": f"Customer {i:04d}"} for i in range(PARTNERS)],
        )
        connection.execute(
            insert(Line),
            [
                {
                    "day": first + timedelta(days=i % 1000),
                    "name": f"Line {i:06d}",
                    "partner_id": chance.randrange(PARTNERS) + 1,
                    "account": i % 40,
                    "owner": i % 200,
                    "amount": chance.randrange(10_000_00),
                    "hours": i % 8,
                    "state": ("draft", "open", "done")[i % 3],
                }
                for i in range(LINES)
            ],
        )


def create_bare(url: str) -> Flask:
    """Build the one-page application; seeds its tables when they are missing."""
    app = Flask(__name__)
    engine = create_engine(url)
    if not inspect(engine).has_table(Line.__tablename__):
        seed(engine)

    @app.get("/")
    def lines() -> str:
        page = request.args.get("page", 1, type=int)
        with Session(engine) as session:
            rows = session.execute(
                select(Line, Partner.name)
                .join(Partner, Partner.id == Line.partner_id)
                .order_by(Line.day.desc(), Line.id.desc())
                .limit(PAGE)
                .offset((page - 1) * PAGE)
            ).all()
            bounded = select(Line.id).limit(COUNT_LIMIT).subquery()
            total = session.scalar(select(func.count()).select_from(bounded))
            return render_template_string(TEMPLATE, rows=rows, total=total, page=page)

    return app
