"""What an integrator is told about a usual mistake: what is wrong, where, and what to do."""

import json
import re
import string

import pytest

from core.cli.scaffold import Plan, write
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
    "a migration that fails": (
        "migrations/versions/0001_visits.py", "    for columns",
        '    op.drop_table("nothing_here")\n    for columns',
        "no such table: nothing_here", "migrations/versions/0001_visits.py, line 44"),
    "a history that hangs in the air": (
        "migrations/versions/0001_visits.py", "down_revision = None",
        'down_revision = "visits_0000"', "migrations do not form one line", ""),
}  # fmt: skip

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
