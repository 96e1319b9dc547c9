"""What an integrator is told about a usual mistake: what is wrong, where, and what to do."""

import json
import re
import string

import pytest

from core.cli.scaffold import Plan, write
from tests.core.addons.silent_mistakes import SILENT
from tests.core.cli.workshop import Workshop

pytestmark = pytest.mark.processes

# what was done: (file of the add-on, what stood there, what stands there, what is said, where)
MISTAKES = {
    "forgot the mixin": (
        "models.py", "class Visit(Scoped, Model)", "class Visit(Model)",
        "Does the class inherit Scoped or Child?", "models.py, line 17"),
    "forgot the resource of a model": (
        "models.py", "    __resource__ = RESOURCE\n", "",
        'needs __resource__ = "addon.noun"', "models.py, line 17"),
    "a model under a right that nobody declares": (
        "models.py", "__resource__ = RESOURCE", "__resource__ = 'visits.vist'",
        "visits.vist, which is not declared; known are visits.visit", "models.py, line 17"),
    "forgot to name a model": (
        "plugin.py", "return MODELS", "return ()", "not named in register_models",
        "models.py, line 17"),
    "a table without the prefix": (
        "models.py", '"visits_visit"', '"visit_visit"', "must be called visits_",
        "models.py, line 20"),
    "a hook misspelt": (
        "plugin.py", "def register_menus", "def register_menu",
        "did you mean register_menus?", "plugin.py, line 38"),
    "a hook with an argument too many": (
        "plugin.py", "def register_menus()", "def register_menus(app)",
        "wrong arguments: it takes (), not (app)", "plugin.py, line 38"),
    "a hook that returns one thing": (
        "plugin.py", "return RESOURCES", "return RESOURCES[0]",
        "must return a list of Resource, not Resource", "plugin.py, line 26"),
    "a hook without return": (
        "plugin.py", "    return MENUS", "    MENUS",
        "must return a list of MenuItem, not NoneType", "plugin.py, line 38"),
    "a resource twice": (
        "plugin.py", "return RESOURCES", "return RESOURCES * 2",
        "visits.visit is declared twice; take one away", "models.py, line 14"),
    "a menu entry to no page": (
        "menus.py", '"visits.index"', '"visits.list"',
        "visits.list, which is no page; there are visits.create", "menus.py, line 11"),
    "a resource to no page": (
        "resources.py", '"visits.show"', '"visits.view"',
        "visits.view, which is no page; there are visits.create", "resources.py, line 13"),
    "a template that is not there": (
        "views.py", '"visits/delete.html"', '"visits/remove.html"',
        "There is no template visits/remove.html", "views.py, line 88"),
    "a template that extends nothing": (
        "templates/visits/delete.html", "web/base.html", "web/bse.html",
        "There is no template web/bse.html", "visits/delete.html"),
    "a template with a wrong tag": (
        "templates/visits/delete.html", "{% endblock %}", "{% endblok %}",
        "A template cannot be read: Encountered unknown tag 'endblok'",
        "visits/delete.html, line 2"),
    "a verb that is not declared": (
        "views.py", '@needs(RESOURCE, "delete")', '@needs(RESOURCE, "remove")',
        "visits.visit remove is needed but not declared; name it among the actions",
        "views.py, line 79"),
    "a page that guards nothing": (
        "views.py", '@needs(RESOURCE, "delete")\n', "",
        "does not say who may use it (@needs, @public or @signed_in)", "views.py, line 79"),
    "a blueprint of another name": (
        "blueprint.py", 'Blueprint("visits"', 'Blueprint("visit"', "must be called visits",
        "blueprint.py, line 5"),
    "an import of what is not there": (
        "views.py", "import render_list\n", "import render_lists\n",
        "cannot import name 'render_lists'", "views.py, line 16"),
    "a colon left out": (
        "forms.py", "class RecordForm(Form):", "class RecordForm(Form)", "SyntaxError",
        "forms.py, line 7"),
    "a wrong argument": (
        "lists.py", 'phone="p1"', 'phon="p1"', "unexpected keyword argument 'phon'",
        "lists.py, line 38"),
    "an import of another add-on": (
        "services.py", "from datetime import date\n",
        "from datetime import date\nfrom addons.customers.models import Customer\n",
        "imports addons.customers.models of another add-on; name that one under [depends]",
        "services.py, line 5"),
    "a foreign key to another add-on": (
        "models.py", "    row_version: M",
        '    other: Mapped[int] = mapped_column(sa.ForeignKey("customers_customer.id"))\n'
        "    row_version: M",
        "refers to customers_customer of an add-on it does not depend on", "models.py, line 21"),
    "a dependency misspelt": (
        "manifest", "[title]", '[depends]\ncustomer = "*"\n\n[title]',
        "It needs customer *, which is not here", ""),
    "a key of the manifest misspelt": (
        "manifest", "sequence =", "sequnce =", "did you mean sequence?", ""),
    "a model without a migration": (
        "models.py", "\nMODELS: tuple[type[Any], ...] = (Visit,)",
        '\nclass Second(Model):\n    __tablename__ = "visits_second"\n'
        '    __access__ = Technical("test")\n\n'
        "    id: Mapped[int] = mapped_column(primary_key=True)\n\n\nMODELS = (Visit, Second)",
        "No migration makes its table visits_second: write one with sunmao db revision visits",
        "models.py, line 40"),
    "a column without a migration": (
        "models.py", "    row_version: M",
        '    place: Mapped[str] = mapped_column(String(20), default="")\n    row_version: M',
        "are not what its models say (add_column visits_visit.place)", ""),
    "a list on no page": (
        "lists.py", 'endpoint="visits.index"', 'endpoint="visits.visits"',
        'visits.visit has endpoint="visits.visits", which is no page; there are visits.create',
        "lists.py, line 33"),
    "a list of records on no page": (
        "lists.py", '"visits.show"', '"visits.view"',
        'has record_endpoint="visits.view", which is no page', "lists.py, line 34"),
    "a list that exports nowhere": (
        "lists.py", '"visits.export"', "'visits.exprt'",
        'has export_endpoint="visits.exprt", which is no page', "lists.py, line 58"),
    "a list that edits nowhere": (
        "lists.py", "    search_hint=", '    edit_endpoint="visits.edt",\n    search_hint=',
        'has edit_endpoint="visits.edt", which is no page', "lists.py, line 55"),
    "a list of what nobody declares": (
        "lists.py", "resource=RESOURCE", 'resource="visits.vist"',
        'resource="visits.vist", which nobody declares; known are visits.visit',
        "lists.py, line 31"),
    "an act on many rows under no verb": (
        "lists.py", "    search_hint=",
        '    bulk=(__import__("core.web.lists").web.lists.BulkAction(\n'
        '        "x", "X", "visits.export", action="exprt"),),\n    search_hint=',
        "visits.visit exprt is needed but not declared; did you mean export?",
        "lists.py, line 56"),
    "a kind of column that is none": (
        "lists.py", 'kind="day"', 'kind="days"',
        'visits.visit day has kind="days"; it must be one of text, code', "lists.py, line 39"),
    "a kind of facet that is none": (
        "lists.py", 'kind="dates"', 'kind="date"',
        'visits.visit day has kind="date"; it must be one of choice, dates', "lists.py, line 52"),
    "a masked column of no field": (
        "lists.py", "Visit.notes, shown=False", 'Visit.notes, field="note"',
        'visits.visit notes has field="note", but visits.visit has no such field',
        "lists.py, line 41"),
    "a sensitive field that is none": (
        "resources.py", "        dimensions=", '        sensitive=("note",),\n        dimensions=',
        "visits.visit names note in columns_under or sensitive, but its model Visit has no such",
        "resources.py, line 21"),
    "a narrow verb on no column": (
        "resources.py", "        dimensions=",
        '        columns_under={"update": ("note",)},\n        dimensions=',
        "names note in columns_under or sensitive", "resources.py, line 21"),
    "a narrow verb that is none": (
        "resources.py", "        dimensions=",
        '        columns_under={"updte": ("notes",)},\n        dimensions=',
        "visits.visit updte is needed but not declared; did you mean update?",
        "resources.py, line 21"),
    "a button under no verb": (
        "pages.py", 'needs=(RESOURCE, "update")', 'needs=(RESOURCE, "change")',
        "visits.visit change is needed but not declared", "pages.py, line 44"),
    "a setting of no type": (
        "plugin.py", "@hookimpl\ndef register_menus",
        "@hookimpl\ndef register_settings():\n    from core.contributions import SettingDef\n"
        '    return [SettingDef(key="visits.most", title="Most", type="money", default=1)]\n\n\n'
        "@hookimpl\ndef register_menus",
        'visits.most has type="money"; it must be one of bool, int, decimal, text, choice',
        "plugin.py, line 40"),
    "a setting of another": (
        "plugin.py", "@hookimpl\ndef register_menus",
        "@hookimpl\ndef register_settings():\n    from core.contributions import SettingDef\n"
        '    return [SettingDef(key="most", title="Most", type="int", default=1)]\n\n\n'
        "@hookimpl\ndef register_menus",
        "most must begin with “visits.”. See", "plugin.py, line 40"),
    "a menu section that is none": (
        "menus.py", 'section="create"', 'section="plus"',
        'visits.create has section="plus"; it must be one of personal', "menus.py, line 22"),
    "an event of what nobody declares": (
        "plugin.py", "@hookimpl\ndef register_menus",
        "@hookimpl\ndef register_event_types():\n    from core.contributions import EventType\n"
        '    return [EventType(key="visits.held", title="Held", resource="visits.vist")]\n\n\n'
        "@hookimpl\ndef register_menus",
        "visits.held speaks of an unknown resource visits.vist", "plugin.py, line 40"),
    "a tab for a place of its own that is none": (
        "plugin.py", "@hookimpl\ndef register_menus",
        "@hookimpl\ndef register_slots():\n    from core.contributions import Slot\n"
        '    return [Slot(place="visits.visit.tab", key="x", title="X", render=str)]\n\n\n'
        "@hookimpl\ndef register_menus",
        "x is for visits.visit.tab, a place that no page has; there are visits.visit.tabs",
        "plugin.py, line 40"),
    "a fragment for a place of the core that is none": (
        "plugin.py", "@hookimpl\ndef register_menus",
        "@hookimpl\ndef register_slots():\n    from core.contributions import Slot\n"
        '    return [Slot(place="workspace.cards", key="x", title="X", render=str)]\n\n\n'
        "@hookimpl\ndef register_menus",
        "a place that no page has; there are workspace.acts, workspace.main", "plugin.py, line 40"),
    "a parent that is none": (
        "models.py", "\nMODELS: tuple[type[Any], ...] = (Visit,)",
        "\nfrom core.access.declarations import Child\n"
        "from sqlalchemy.orm import relationship\n\n\n"
        "class Part(Child, Model):\n"
        '    __tablename__ = "visits_part"\n    __resource__ = RESOURCE\n'
        '    __parent__ = "vist"\n\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
        '    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits_visit.id"))\n'
        "    visit: Mapped[Visit] = relationship()\n\n\nMODELS = (Visit, Part)",
        '__parent__ = "vist" must name a many-to-one relationship over one column to a Scoped or '
        "Child class; there are visit", "models.py, line 47"),
    "a migration that fails": (
        "migrations/versions/0001_visits.py", "    for columns",
        '    op.drop_table("nothing_here")\n    for columns',
        "no such table: nothing_here", "migrations/versions/0001_visits.py, line 44"),
    "a history that hangs in the air": (
        "migrations/versions/0001_visits.py", "down_revision = None",
        'down_revision = "visits_0000"', "migrations do not form one line", ""),
} | SILENT  # fmt: skip

EXAMINE = """
import json, sys, warnings
warnings.simplefilter("ignore")
from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.app import create_app
from core.errors import Refused
app = create_app()
with app.app_context(), acting_as(system_actor("test")):
    lifecycle.upgrade_site(lifecycle.site_config())
    for name in sys.argv[1:]:
        try:
            lifecycle.enable(name)
        except Refused:
            pass
    print(json.dumps({one.addon: str(one) for one in lifecycle.examine()}))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What the check-up says about each mistake: name of the add-on → sentence."""
    workshop = Workshop(tmp_path_factory.mktemp("mistakes") / "co", with_addons=("customers",))
    names = [name_of(title) for title in MISTAKES]
    for name, (file, old, new, *_rest) in zip(names, MISTAKES.values(), strict=True):
        write(plan(name), workshop.folder)
        path = workshop.folder / "addons" / name / own(file, name)
        if file == "manifest":
            path = workshop.folder / "manifests" / f"{name}.toml"
        text = path.read_text("utf-8")
        assert own(old, name) in text
        text = text.replace(own(old, name), own(new, name), 1)
        if "sa." in new:
            text = text.replace(
                "from sqlalchemy import", "import sqlalchemy as sa\nfrom sqlalchemy import"
            )
        text = text.replace("import Scoped\n", "import Scoped, Technical\n")
        path.write_text(text, "utf-8")
    done = workshop.script(EXAMINE, *names)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def name_of(title: str) -> str:
    place = list(MISTAKES).index(title)
    return f"q{string.ascii_lowercase[place // 26]}{string.ascii_lowercase[place % 26]}s"


def plan(name: str) -> Plan:
    return Plan(name=name, noun=name[:-1], title_zh="拜访", title_en=name, as_package=False)


def own(text: str, name: str) -> str:
    """Write a text that speaks of visits for the add-on `name`."""
    noun = name[:-1]
    words = {"visits": name, "Visit": noun.capitalize(), "visit": noun}
    return re.sub("visits|Visit|visit", lambda found: words[found.group()], text)


@pytest.mark.parametrize("title", MISTAKES)
def test_a_mistake_is_named_with_its_place_and_remedy(told, title):
    _file, _old, _new, words, place = MISTAKES[title]
    sentence = told[name_of(title)]
    assert own(words, name_of(title)) in sentence
    assert own(place, name_of(title)) in sentence


def test_the_check_up_speaks_of_nothing_else(told):
    assert set(told) == {name_of(title) for title in MISTAKES}
