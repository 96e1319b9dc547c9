"""In which unit a reader sees amounts: yuan (元), or ten thousands of them (万元).

Amounts are kept, exported and typed in yuan, exact to the fen; only what is read is scaled.
"""

from dataclasses import dataclass
from decimal import Decimal

from core.actor import current_actor
from core.i18n.catalogue import gettext as _
from core.i18n.formats import NOTHING, format_money

AUTO = "auto"
MONEY_UNITS = (AUTO, "yuan", "wan")


@dataclass(frozen=True, slots=True)
class MoneyUnit:
    """One unit: how many yuan it holds; amounts are read with two decimals in each."""

    key: str
    divisor: int

    @property
    def words(self) -> str:
        """The unit in the reader's language, for the head of a column or beside a figure."""
        return _("10k CNY") if self is WAN else _("CNY")

    def scaled(self, value: Decimal | int) -> Decimal:
        """Return an amount in yuan in this unit."""
        return Decimal(value) / self.divisor

    def amount(self, value: Decimal | int | None) -> str:
        """Return an amount in yuan as it is read in this unit; a dash for none."""
        return NOTHING if value is None else format_money(self.scaled(value))

    def titled(self, title: object) -> str:
        """Return a title with the unit: "Expected value (10k CNY)"."""
        return _("%(what)s (%(unit)s)", what=title, unit=self.words)


YUAN, WAN = MoneyUnit("yuan", 1), MoneyUnit("wan", 10_000)
_UNITS = {one.key: one for one in (YUAN, WAN)}


def money_unit(*, overview: bool = False) -> MoneyUnit:
    """Return the unit that the reader chose, else the one that suits the place.

    Figures of an overview (charts, number cards) suit 万元, tables and records yuan.
    """
    return _UNITS.get(current_actor().money_unit, WAN if overview else YUAN)


def read_money(value: Decimal | int | None) -> str:
    """Return an amount in the reader's unit; what stands around it says which, by `titled`."""
    return money_unit().amount(value)
