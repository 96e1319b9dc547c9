"""Lists: declare a ListSpec, render it, reuse its query. See docs/lists-forms-records.md."""

from core.web.list_args import ListArgs
from core.web.list_columns import BulkAction, Choice, Column, Facet, Lookup, Tab
from core.web.list_page import render_list, return_to
from core.web.list_spec import ListSpec

__all__ = [
    "BulkAction",
    "Choice",
    "Column",
    "Facet",
    "ListArgs",
    "ListSpec",
    "Lookup",
    "Tab",
    "render_list",
    "return_to",
]
