"""The exhibits of the zoo: sources of broken add-ons."""

from core.addons.manifest import SIZE_LIMIT

HOOKS = """\
from flask import Blueprint, render_template
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.access.declarations import Public
from core.access.decorators import needs, public
from datetime import timedelta

from core.contributions import JobDef, MenuItem, Resource, SettingDef, Slot, Verb
from core.database import Model
from core.hookspecs import hookimpl

"""

TABLE = """\
class Thing(Model):
    __tablename__ = "{table}"
    __access__ = Public("for tests")

    id: Mapped[int] = mapped_column(primary_key=True)
"""

RESOURCE = """\
@hookimpl
def register_resources():
    return [Resource(key="{name}.thing", title="Thing", actions=("query",), dimensions=())]
"""

MEASURE = """\
@hookimpl
def register_measures():
    from core.contributions import Measure
    return [Measure(key="sales.visit.count", title="x", resource="core.employee", facts=print)]
"""

# name → (plugin, words of the fault that must be shown)
BROKEN = {
    "raiser": ('raise RuntimeError("the plugin burns")', "the plugin burns"),
    "syntax": ("def broken(:", "SyntaxError"),
    "leaver": ("import sys; sys.exit(3)", "exit code 3"),
    "killer": ("import os; os._exit(0)", "ended the process"),
    "segfault": ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    "looper": ("while True: pass", "did not finish"),
    "shouter": (
        "import sys\nfor _ in range(3000): sys.stdout.write('x' * 100_000)\nraise RuntimeError('hoarse')",
        "hoarse",
    ),
    "lacker": ("import no_such_library_xyz", "no_such_library_xyz"),
    "hookraise": (
        "@hookimpl\ndef register_menus():\n    raise RuntimeError('no menu today')",
        "no menu today",
    ),
    "hooktype": ("@hookimpl\ndef register_menus():\n    return ['pets']", "MenuItem"),
    "hooknone": ("@hookimpl\ndef register_menus():\n    return None", "NoneType"),
    "hookname": ("@hookimpl\ndef register_menu():\n    return []", "did you mean register_menus?"),
    "hookarg": ("@hookimpl\ndef on_event(evnt):\n    pass", "wrong arguments"),
    "noprefix": (
        TABLE.format(table="customer_thing")
        + "@hookimpl\ndef register_models():\n    return [Thing]",
        "customer_thing",
    ),
    "unnamed": (TABLE.format(table="unnamed_thing"), "not named in register_models"),
    "undeclared": (
        TABLE.format(table="undeclared_thing").replace('__access__ = Public("for tests")', "")
        + "@hookimpl\ndef register_models():\n    return [Thing]",
        "does not say who may see",
    ),
    "relation": (
        TABLE.format(table="relation_thing")
        + '    others = relationship("NoSuchClass")\n\n'
        + "@hookimpl\ndef register_models():\n    return [Thing]",
        "NoSuchClass",
    ),
    "foreign": (
        TABLE.format(table="foreign_thing")
        + '    other_id: Mapped[int] = mapped_column(ForeignKey("stranger_thing.id"))\n\n'
        + "@hookimpl\ndef register_models():\n    return [Thing]",
        "stranger_thing",
    ),
    "openroute": (
        (
            'blueprint = Blueprint("openroute", __name__)\n\n'
            '@blueprint.get("/")\ndef index():\n    return "open"\n\n'
            "@hookimpl\ndef register_blueprints():\n    return [blueprint]"
        ),
        "openroute.index",
    ),
    "shadow": (
        (
            'blueprint = Blueprint("shadow", __name__)\n'
            'blueprint.record(lambda s: s.app.add_url_rule("/admin/addons", "shadow.x", lambda: "mine"))\n'
            "@hookimpl\ndef register_blueprints():\n    return [blueprint]"
        ),
        "/admin/addons",
    ),
    "everywhere": (
        (
            'blueprint = Blueprint("everywhere", __name__)\n\n'
            "@blueprint.before_app_request\ndef spy():\n    pass\n\n"
            "@hookimpl\ndef register_blueprints():\n    return [blueprint]"
        ),
        "not its own",
    ),
    "doubles": (
        (
            "@hookimpl\ndef register_settings():\n"
            '    one = SettingDef(key="doubles.x", title="x", type="int", default=1)\n'
            '    return [one, SettingDef(key="doubles.x", title="y", type="int", default=2)]'
        ),
        "doubles.x is declared twice",
    ),
    "thief": (RESOURCE.format(name="core"), "core.thing must begin with “thief.”"),
    "deadmenu": (
        '@hookimpl\ndef register_menus():\n    return [MenuItem(title="x", endpoint="deadmenu.no")]',
        "deadmenu.no",
    ),
    "argmenu": (
        (
            'blueprint = Blueprint("argmenu", __name__)\n\n'
            '@blueprint.get("/<int:record_id>")\n@public("a test")\n'
            'def show(record_id):\n    return ""\n\n'
            "@hookimpl\ndef register_blueprints():\n    return [blueprint]\n\n"
            "@hookimpl\ndef register_menus():\n"
            '    return [MenuItem(title="x", endpoint="argmenu.show")]'
        ),
        "whose address needs record_id",
    ),
    "hasty": (
        (
            "@hookimpl\ndef register_jobs():\n"
            '    return [JobDef(kind="hasty.run", title="x", step=print, every=timedelta(0))]'
        ),
        "hasty.run must come round after some time",
    ),
    "loneact": (
        (
            "from core.consent.acts import act_of, by_several\n\n"
            '@by_several("loneact.go", title="x", needs=("loneact.thing", "query"))\n'
            "def go():\n    return None\n\n"
            "@hookimpl\ndef register_acts():\n    return [act_of(go)]"
        ),
        "loneact.thing query is needed but not declared",
    ),
    "unknownright": (
        (
            'blueprint = Blueprint("unknownright", __name__)\n\n'
            '@blueprint.get("/")\n@needs("unknownright.thing", "query")\ndef index():\n    return ""\n\n'
            "@hookimpl\ndef register_blueprints():\n    return [blueprint]\n\n"
            "@hookimpl\ndef register_menus():\n"
            '    return [MenuItem(title="x", endpoint="unknownright.index",'
            ' needs=("unknownright.thing", "query"))]'
        ),
        "unknownright.thing query is needed but not declared",
    ),
    "wrongplace": (
        (
            'blueprint = Blueprint("wrongplace", __name__, template_folder="templates")\n\n'
            "@hookimpl\ndef register_blueprints():\n    return [blueprint]"
        ),
        "templates/web",
    ),
}

# name → (extra lines of the manifest, words of the fault)
MISFITS = {
    "needy": ('[depends]\nnowhere = ">=1"\n', "nowhere"),
    "picky": ('[depends]\nstreet = ">=9"\n', "here is 1.0.0"),
    "ring": ('[depends]\nrong = "*"\n', "ring → rong → ring"),
    "rong": ('[depends]\nring = "*"\n', "circle"),
    "onbroken": ('[depends]\nraiser = "*"\n', "raiser"),
    "misspelt": ('[dependz]\na = "*"\n', "did you mean depends?"),
}


PARCEL = f"""{HOOKS}
blueprint = Blueprint("parcel", __name__)


@blueprint.get("/")
@public("a page of a test")
def index():
    return "unpacked"


@hookimpl
def register_blueprints():
    return [blueprint]
"""


def fill(workshop):
    for name, (plugin, _said) in BROKEN.items():
        files = {"plugin.py": HOOKS + plugin}
        if name == "wrongplace":
            files["templates/web/base.html"] = "mine"
        workshop.addon(name, files)
    for name, (extra, _said) in MISFITS.items():
        workshop.addon(name, extra=extra)
    workshop.addon("street")  # sound: it must work beside all the others
    workshop.install(  # sound, from a package
        "parcel", value="zoo_parcel", distribution="sunmao-parcel", files={"plugin.py": PARCEL}
    )
    workshop.manifest("oldcore", core=">=99")
    workshop.manifest("otherfile", file="realfile")
    workshop.manifest("admin")
    workshop.manifest("nocode")
    (workshop.manifests / "badtoml.toml").write_text("name = [")
    (workshop.manifests / "huge.toml").write_text("#" * (SIZE_LIMIT + 1))
    fill_late(workshop)


def fill_late(workshop):
    """Those whose fault shows only when they are switched on or used."""
    workshop.addon(
        "halfway",
        {
            "plugin.py": HOOKS
            + TABLE.format(table="halfway_thing")
            + "@hookimpl\ndef register_models():\n    return [Thing]",
            "migrations/versions/0001_x.py": (
                "import sqlalchemy as sa\nfrom alembic import op\n"
                'revision = "halfway_0001"\ndown_revision = None\n'
                "def upgrade():\n"
                '    op.create_table("halfway_thing", sa.Column("id", sa.Integer()))\n'
                '    op.execute("INSERT INTO no_such_table VALUES (1)")\n'
                "def downgrade():\n    pass\n"
            ),
        },
    )
    workshop.addon(
        "badpage",
        {
            "plugin.py": HOOKS
            + 'blueprint = Blueprint("badpage", __name__, template_folder="templates")\n\n'
            '@blueprint.get("/")\n@needs("badpage.thing", "query")\ndef index():\n'
            '    return render_template("badpage/index.html")\n\n'
            "@hookimpl\ndef register_blueprints():\n    return [blueprint]\n\n"
            + RESOURCE.format(name="badpage"),
            "templates/badpage/index.html": "{{ 1 / 0 }}",
        },
    )
    workshop.addon(
        "badmenu",
        {
            "plugin.py": HOOKS + 'blueprint = Blueprint("badmenu", __name__)\n\n'
            '@blueprint.get("/")\n@public("a test")\ndef index():\n    return "there"\n\n'
            "def when(_access):\n    raise KeyError('no such menu')\n\n"
            "@hookimpl\ndef register_blueprints():\n    return [blueprint]\n\n"
            "@hookimpl\ndef register_menus():\n"
            '    return [MenuItem(title="x", endpoint="badmenu.index", when=when)]\n\n'
            "@hookimpl\ndef why_keep(session):\n    raise KeyError('no reason at all')\n"
        },
    )
    for name in ("counting", "recounting"):  # each is sound; both measure one thing
        workshop.addon(name, {"plugin.py": HOOKS + MEASURE})
    workshop.addon("tyrant", extra='[conflicts]\nstreet = "*"\n')
    workshop.addon("vanished")
