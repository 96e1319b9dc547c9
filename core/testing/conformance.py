"""What the core asks of every add-on, as tests: an integrator names the add-on and runs them.

    class TestConformance(AddonConformance):
        addon = "visits"

The conftest brings the fixtures: `pytest_plugins = ["core.testing.plugin"]`. Everything is found
through the registry; each check returns sentences, so a failure says what is wrong and where.
"""

from collections.abc import Sequence
from typing import ClassVar

import pytest

from core.testing import conformance_keys as keys
from core.testing import conformance_life as life
from core.testing import conformance_pages as pages
from core.testing import conformance_words as said
from core.testing.making import Maker
from core.testing.site import Site
from core.testing.subject import Subject


def clean(faults: Sequence[str]) -> None:
    """Fail with one fault a line."""
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


class AddonConformance:
    """Subclass it with `addon`, the name in the manifest."""

    addon: ClassVar[str]

    @pytest.fixture
    def subject(self, site: Site, app: object, make: Maker) -> Subject:
        """Give the add-on in a fresh site where it is switched on."""
        del app
        return Subject(self.addon, site, make)

    @pytest.fixture
    def inhabited(self, subject: Subject) -> Subject:
        """Give the site with two strangers, each with rows in every table of the add-on."""
        subject.settle_strangers()
        return subject

    def test_the_manifest_is_complete_in_both_languages(self, subject: Subject) -> None:
        clean(said.manifest_faults(subject))

    def test_every_name_carries_the_prefix(self, subject: Subject) -> None:
        clean(said.name_faults(subject))

    def test_every_model_says_who_sees_its_rows(self, subject: Subject) -> None:
        clean(said.model_faults(subject))

    def test_every_text_is_translated(self, subject: Subject) -> None:
        clean(said.translation_faults(subject))

    def test_every_hook_is_documented(self, subject: Subject) -> None:
        clean(said.hook_faults(subject))

    def test_no_code_goes_round_the_wall_or_the_layers(self, subject: Subject) -> None:
        clean(said.code_faults(subject))

    def test_every_key_that_the_code_names_is_declared(self, subject: Subject) -> None:
        clean(keys.key_faults(subject))

    def test_every_route_lets_in_whom_it_declares(self, subject: Subject) -> None:
        clean(pages.route_faults(subject))

    def test_without_any_right_every_guarded_route_is_forbidden(self, subject: Subject) -> None:
        clean(pages.rightless_faults(subject))

    def test_a_record_of_a_stranger_is_not_found(self, inhabited: Subject) -> None:
        clean(pages.foreign_record_faults(inhabited))

    def test_no_table_gives_a_stranger_a_row(self, inhabited: Subject) -> None:
        clean(pages.table_leaks(inhabited))

    def test_no_page_shows_a_stranger_a_trace(self, inhabited: Subject) -> None:
        clean(pages.page_leaks(inhabited))

    def test_pages_work_in_both_languages_without_inline_code(self, inhabited: Subject) -> None:
        clean(pages.markup_faults(inhabited))

    def test_no_fragment_raises_where_it_is_shown(self, inhabited: Subject) -> None:
        clean(pages.fragment_faults(inhabited))

    def test_a_list_costs_few_statements_however_long(self, inhabited: Subject) -> None:
        clean(pages.statement_faults(inhabited))

    def test_measures_give_their_nine_columns_in_range(self, inhabited: Subject) -> None:
        clean(pages.measure_faults(inhabited))

    def test_migrations_go_up_down_and_up_to_the_models(self, subject: Subject) -> None:
        clean(life.migration_faults(subject))

    def test_off_and_on_again_keeps_every_row(self, inhabited: Subject) -> None:
        clean(life.switch_faults(inhabited))

    def test_a_purge_leaves_nothing_and_a_fresh_install_is_whole(self, subject: Subject) -> None:
        clean(life.purge_faults(subject))
