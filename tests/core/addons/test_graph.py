from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.addons.graph import (
    check_graph,
    dependents_of,
    load_order,
    needed_by,
    plan_disable,
    plan_enable,
)
from core.addons.manifest import Manifest


def addon(name, *, depends=None, conflicts=None, version="1.0", core="*", sequence=500):
    line = {"zh": name, "en": name}
    return Manifest(
        name=name,
        package=name,
        version=version,
        core=core,
        title=line,
        summary=line,
        license="MIT",
        author="t",
        sequence=sequence,
        depends=depends or {},
        conflicts=conflicts or {},
    )


def catalogue(*several):
    return {one.name: one for one in several}


SHOP = catalogue(
    addon("customers", version="2.4"),
    addon("cost", depends={"customers": ">=2.0"}),
    addon("process", depends={"cost": "*"}, sequence=10),
    addon("alone", sequence=1),
)


def test_dependencies_come_first_and_sequence_orders_the_rest():
    assert load_order(SHOP) == ["alone", "customers", "cost", "process"]


def test_a_sound_graph_has_no_faults():
    assert check_graph(SHOP) == {}


def test_a_missing_dependency_is_named_and_blocks_what_stands_on_it():
    shop = catalogue(
        addon("cost", depends={"customers": ">=2"}), addon("plan", depends={"cost": "*"})
    )
    faults = check_graph(shop)
    assert faults["cost"].words.plain == "It needs customers >=2, which is not here."
    assert "cost" in faults["plan"].words.plain


def test_a_version_misfit_says_what_is_needed_and_what_is_here():
    shop = SHOP | catalogue(addon("cost", depends={"customers": ">=2.5"}))
    said = check_graph(shop)["cost"].words.plain
    assert said == "It needs customers >=2.5; here is 2.4."


def test_an_addon_for_another_core_is_blocked():
    assert "core" in check_graph(catalogue(addon("old", core="<0.1")))["old"].words.plain


def test_a_circle_is_shown_as_a_path_and_spares_the_rest():
    shop = SHOP | catalogue(
        addon("a" * 2, depends={"bb": "*"}),
        addon("bb", depends={"cc": "*"}),
        addon("cc", depends={"aa": "*"}),
        addon("leaf", depends={"aa": "*"}),
    )
    faults = check_graph(shop)
    assert set(faults) == {"aa", "bb", "cc", "leaf"}
    path = faults["aa"].words.values["path"].split(" → ")
    assert path[0] == path[-1]
    for one, following in pairwise(path):
        assert following in shop[one].depends


def test_two_circles_are_both_found():
    shop = catalogue(
        addon("aa", depends={"bb": "*"}),
        addon("bb", depends={"aa": "*"}),
        addon("cc", depends={"dd": "*"}),
        addon("dd", depends={"cc": "*"}),
    )
    assert set(check_graph(shop)) == {"aa", "bb", "cc", "dd"}


def test_enabling_plans_what_is_needed_first():
    plan = plan_enable("process", SHOP, {"customers"})
    assert plan.possible
    assert plan.steps == ("cost", "process")


def test_enabling_what_is_on_is_an_obstacle():
    assert not plan_enable("alone", SHOP, {"alone"}).possible


def test_enabling_the_unknown_is_an_obstacle_in_words():
    plan = plan_enable("nothing", SHOP, ())
    assert "no add-on called nothing" in plan.obstacles[0].plain


def test_a_fault_of_a_dependency_is_an_obstacle():
    shop = catalogue(addon("cost", depends={"customers": "*"}))
    plan = plan_enable("cost", shop, (), check_graph(shop))
    assert "customers" in plan.obstacles[0].plain


@pytest.mark.parametrize("side", ["one", "other"])
def test_conflicts_hold_from_both_sides(side):
    shop = catalogue(addon("one", conflicts={"other": "<2"}), addon("other", version="1.5"))
    enabled = {"other"} if side == "one" else {"one"}
    plan = plan_enable(side, shop, enabled)
    assert plan.obstacles[0].plain == "one cannot work beside other."


def test_a_conflict_with_another_version_does_not_matter():
    shop = catalogue(addon("one", conflicts={"other": "<2"}), addon("other", version="2.0"))
    assert plan_enable("one", shop, {"other"}).possible


def test_disabling_lists_what_depends_on_it_the_outermost_first():
    plan = plan_disable("customers", SHOP, set(SHOP))
    assert [o.values["holder"] for o in plan.obstacles] == ["process", "cost"]


def test_disabling_ignores_dependents_that_are_off():
    assert plan_disable("customers", SHOP, {"customers"}).steps == ("customers",)


def test_disabling_what_is_off_is_an_obstacle():
    assert not plan_disable("cost", SHOP, ()).possible


def test_needs_and_dependents_reach_all_the_way():
    assert needed_by("process", SHOP) == {"cost", "customers"}
    assert dependents_of("customers", SHOP) == ["cost", "process"]


NAMES = [f"n{chr(97 + i)}" for i in range(7)]
EDGES = st.dictionaries(
    st.sampled_from(NAMES), st.frozensets(st.sampled_from([*NAMES, "gone"]), max_size=3)
)


@settings(max_examples=200, deadline=None)
@given(EDGES)
def test_for_any_graph_what_is_not_at_fault_can_be_loaded_in_order(edges):
    shop = catalogue(
        *(addon(n, depends=dict.fromkeys(needs - {n}, "*")) for n, needs in edges.items())
    )
    faults = check_graph(shop)
    sound = {name: one for name, one in shop.items() if name not in faults}
    order = load_order(sound)
    assert set(order) == set(sound)
    for name in order:
        for needed in sound[name].depends:
            assert order.index(needed) < order.index(name)
