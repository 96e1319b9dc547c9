import pytest
from flask import Blueprint, Flask

from core.addons.admission import mount_point


@pytest.mark.parametrize(
    ("own", "place"),
    [
        (None, "/visits"),
        ("", "/visits"),
        ("/visits", "/visits"),
        ("/visits/plans", "/visits/plans"),
        ("/plans", "/visits/plans"),
        ("/visitsplans", "/visits/visitsplans"),
        ("/admin", "/visits/admin"),
        ("//", "/visits"),
    ],
)
def test_pages_are_mounted_below_the_name_whatever_the_blueprint_says(own, place):
    assert mount_point("visits", own) == place


def test_a_mounted_blueprint_serves_below_the_name():
    app = Flask(__name__)
    blueprint = Blueprint("visits", __name__, url_prefix="/login")
    blueprint.add_url_rule("/", view_func=lambda: "x", endpoint="index")
    app.register_blueprint(blueprint, url_prefix=mount_point("visits", blueprint.url_prefix))
    assert "/visits/login/" in {rule.rule for rule in app.url_map.iter_rules()}
