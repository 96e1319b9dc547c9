"""Addresses that are learnt when they are first asked for, not at the start."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


class LateRule(Rule):
    """A rule whose builder (werkzeug compiles two functions for each) is made on its first use.

    With some 200 rules that is a tenth of a start, for addresses most processes never write.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - werkzeug's signature
        def first(rule: Rule, **values: Any) -> tuple[str, str]:
            build = Rule._compile_builder(rule, append_unknown).__get__(rule, None)  # noqa: SLF001 - its own
            setattr(rule, "_build_unknown" if append_unknown else "_build", build)
            built: tuple[str, str] = build(**values)
            return built

        return first
