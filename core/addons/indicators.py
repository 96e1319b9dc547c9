"""The shipped indicators: names that are the house's own, whichever add-on measures them.

An add-on may be replaced by another that measures the same; rules and sheets of assessment name
the indicator, so its key does not tell who counts. `docs/glossary.md` has them with their words.
"""

WORK = (
    "product.feasibility", "product.solution", "product.support",
    "marketing.material", "marketing.scheme", "marketing.feasibility", "marketing.execution",
    "research.operator", "research.clearing", "research.analysis",
)  # fmt: skip
INDICATORS = frozenset(
    {
        "sales.contact.count",
        "sales.visit.count",
        "sales.report.timeliness",
        "sales.report.quality",
        "sales.nonself_project.support",
        "sales.opportunity.new",
        "sales.prospect.new",
        "sales.relationship.confirmed",
        "sales.migration.signed",
        *(f"{work}.{figure}" for work in WORK for figure in ("count", "quality")),
    }
)
