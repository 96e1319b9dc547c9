"""Two small sound add-ons for the lifecycle: `pets`, and `leash`, which depends on it."""

from tests.core.addons.building import Workshop

MODELS = """\
    from sqlalchemy import ForeignKey, String
    from sqlalchemy.orm import Mapped, mapped_column

    from core.access.declarations import Public
    from core.database import Model


    class Pet(Model):
        __tablename__ = "pets_pet"
        __access__ = Public("everybody may know the pets")

        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(40), unique=True)


    class Toy(Model):
        __tablename__ = "pets_toy"
        __access__ = Public("everybody may know the toys")

        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(40))
        pet_id: Mapped[int] = mapped_column(ForeignKey("pets_pet.id", ondelete="CASCADE"))
"""

PLUGIN = """\
    from datetime import timedelta

    from flask import Blueprint, render_template
    from sqlalchemy import select

    from core.access.decorators import needs
    from core.contributions import (
        EventType, JobDef, MenuItem, Resource, SettingDef, Slot, Step, Verb,
    )
    from core.hookspecs import hookimpl
    from core.unit_of_work import current_session
    from zoo_pets.models import Pet, Toy

    blueprint = Blueprint(
        "pets", __name__, template_folder="templates", static_folder="static"
    )
    FAIL = []


    @blueprint.get("/")
    @needs("pets.pet", "query")
    def index():
        names = current_session().scalars(select(Pet.name).order_by(Pet.name)).all()
        return render_template("pets/index.html", names=names)


    @blueprint.post("/feed")
    @needs("pets.pet", "query")
    def feed():
        return "fed"


    @hookimpl
    def register_models():
        return [Pet, Toy]


    @hookimpl
    def register_resources():
        return [
            Resource(
                key="pets.pet", title="Pets", model=Pet, actions=(Verb.QUERY,), dimensions=()
            )
        ]


    @hookimpl
    def register_blueprints():
        return [blueprint]


    @hookimpl
    def register_menus():
        return [MenuItem(title="Pets", endpoint="pets.index", needs=("pets.pet", "query"))]


    @hookimpl
    def register_slots():
        return [Slot(place="workspace.side", key="pets", title="Pets", render=lambda record: "")]


    @hookimpl
    def register_settings():
        return [SettingDef(key="pets.limit", title="Limit", type="int", default=3)]


    @hookimpl
    def register_jobs():
        return [
            JobDef(
                kind="pets.walk", title="Walk", step=lambda job: Step(done=True),
                every=timedelta(hours=1),
            )
        ]


    @hookimpl
    def register_event_types():
        return [EventType(key="pets.barked", title="Barked", resource="pets.pet")]


    @hookimpl
    def on_event(event):
        pass


    @hookimpl
    def addon_enabled(session):
        if FAIL:
            raise RuntimeError(FAIL[0])
        if session.scalar(select(Pet).where(Pet.name == "Rex")) is None:
            session.add(Pet(name="Rex"))


    @hookimpl
    def why_keep(session):
        if session.scalar(select(Pet).where(Pet.name == "Hungry")) is not None:
            yield "Hungry still waits for food"
"""

MIGRATION = """\
    import sqlalchemy as sa
    from alembic import op

    revision = "pets_0001"
    down_revision = None


    def upgrade():
        op.create_table(
            "pets_pet",
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("name", sa.String(40), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_pet")),
            sa.UniqueConstraint("name", name=op.f("uq_pets_pet_name")),
        )
        op.create_table(
            "pets_toy",
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("name", sa.String(40), nullable=False),
            sa.Column("pet_id", sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(
                ["pet_id"], ["pets_pet.id"], name=op.f("fk_pets_toy_pet_id"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_pets_toy")),
        )


    def downgrade():
        op.drop_table("pets_toy")
        op.drop_table("pets_pet")
"""

INDEX = """\
    {% extends "web/base.html" %}
    {% block title %}Pets{% endblock %}
    {% block content %}<ul>{% for name in names %}<li>{{ name }}</li>{% endfor %}</ul>{% endblock %}
"""

LEASH_PLUGIN = """\
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import Mapped, mapped_column

    from core.access.declarations import Public
    from core.database import Model
    from core.hookspecs import hookimpl


    class Leash(Model):
        __tablename__ = "leash_leash"
        __access__ = Public("everybody may know the leashes")

        id: Mapped[int] = mapped_column(primary_key=True)
        pet_id: Mapped[int] = mapped_column(ForeignKey("pets_pet.id"))


    @hookimpl
    def register_models():
        return [Leash]
"""

LEASH_MIGRATION = """\
    import sqlalchemy as sa
    from alembic import op

    revision = "leash_0001"
    down_revision = None


    def upgrade():
        op.create_table(
            "leash_leash",
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("pet_id", sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(
                ["pet_id"], ["pets_pet.id"], name=op.f("fk_leash_leash_pet_id")
            ),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_leash_leash")),
        )


    def downgrade():
        op.drop_table("leash_leash")
"""


def write_pets(workshop: Workshop) -> None:
    workshop.addon(
        "pets",
        {
            "models.py": MODELS,
            "plugin.py": PLUGIN,
            "migrations/versions/0001_pets.py": MIGRATION,
            "templates/pets/index.html": INDEX,
            "static/pet.txt": "woof",
        },
        version="2.1.0",
        extra='[conflicts]\ncats = "*"\n',
    )
    workshop.addon(
        "leash",
        {"plugin.py": LEASH_PLUGIN, "migrations/versions/0001_leash.py": LEASH_MIGRATION},
        extra='[depends]\npets = ">=2.0,<3"\n',
    )
