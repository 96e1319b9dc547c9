import pytest

from addons.customers import industries
from addons.customers.dimension import of_grade, of_industry, of_region
from addons.customers.models import Industry
from core.errors import NotAllowed, Refused


@pytest.fixture
def tree(make):
    aviation = make.customers.industry("航空")
    cargo = make.customers.industry("货运", parent_id=aviation)
    finance = make.customers.industry("金融")
    return aviation, cargo, finance


def test_the_tree_is_in_order_with_depths(house, as_, tree):
    with as_(house.ann):
        assert [(node.title, node.depth) for node in industries.tree()] == [
            ("航空", 0),
            ("货运", 1),
            ("金融", 0),
        ]
        assert industries.titles()[tree[1]] == "航空 / 货运"


def test_a_node_moves_with_its_subtree(house, as_, tree):
    aviation, cargo, finance = tree
    with as_(house.administrator):
        industries.change_industry(
            aviation,
            {"zh": "航空运输", "en": "Aviation"},
            parent_id=finance,
            sort=0,
            active=True,
            row_version=2,
        )
    with as_(house.ann) as session:
        assert session.get(Industry, cargo).path == f"/{finance}/{aviation}/{cargo}/"
        assert set(industries.subtree_ids(finance)) == {finance, aviation, cargo}


def test_a_node_cannot_stand_below_itself(house, as_, tree):
    with pytest.raises(Refused), as_(house.administrator):
        industries.change_industry(
            tree[0], {"zh": "航空"}, parent_id=tree[1], sort=0, active=True, row_version=2
        )


def test_only_who_configures_changes_the_tree(house, as_, tree):
    with pytest.raises(NotAllowed), as_(house.ann):
        industries.add_industry({"zh": "X"})
    with pytest.raises(NotAllowed), as_(house.ann):
        industries.delete_industry(tree[1])


def test_a_node_in_use_is_not_deleted_even_by_whom_cannot_see_the_account(house, as_, make, tree):
    make.customers.customer("A", manager=house.bob.employee, industry_id=tree[1])
    for key in (tree[0], tree[1]):
        with pytest.raises(Refused), as_(house.administrator):
            industries.delete_industry(key)
    with as_(house.administrator):
        industries.delete_industry(tree[2])
        assert [node.title for node in industries.tree()] == ["航空", "货运"]


def test_range_rules_yield_customers_by_grade_region_and_industry_subtree(house, as_, make, tree):
    aviation, cargo, finance = tree
    one = make.customers.customer("1", grade="A", region="华北", industry_id=cargo)
    two = make.customers.customer("2", grade="B", region="华北", industry_id=aviation)
    make.customers.customer("3", region="华南", industry_id=finance)
    with as_(house.administrator) as session:
        assert set(session.scalars(of_grade("A"))) == {one}
        assert set(session.scalars(of_region("华北"))) == {one, two}
        assert set(session.scalars(of_industry(str(aviation)))) == {one, two}
        assert set(session.scalars(of_industry(cargo))) == {one}
