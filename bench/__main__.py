"""`python -m bench [sqlite|postgresql …]`: ratios of real pages to the calibration page."""

import sys
import timeit
from statistics import median

from bench.measure import Page, compare, ratio, settle, table
from bench.pages import addresses, pages
from core.addons.gate import Gate

BARS = {"all rows": ("bare", 1.5), "10 % range": ("all rows", 1.3), "own rows": ("all rows", 1.3)}
ODOO = {
    "bare": "–",
    "all rows": "29 + 10 ms (its list RPC alone; 3.7 × the bare page of its own run)",
    "10 % range": "26 + 30 ms (1.41 × its unfiltered list)",
    "own rows": "not measured",
}
GATE_BAR = 50.0


def run(kind: str) -> bool:
    """Measure one kind of database; return whether every bar is held."""
    with addresses(kind) as (bare_url, site_url, instance):
        candidates = pages(bare_url, site_url, instance)
        settle()
        figures = compare(candidates)
        rows, held = [], True
        for page in candidates:
            against, bar = BARS.get(page.name, (page.name, 1.0))
            times = ratio(figures[page.name], figures[against])
            held &= times <= bar
            size = f"{len(page.ask()) / 1024:.1f} kB"
            shown = f"{times:.2f} × {against} (bar {bar})" if page.name in BARS else "1"
            rows.append(
                (page.name, f"{median(figures[page.name]):.2f}", shown, size, ODOO[page.name])
            )
        heads = ("page", "app CPU ms", "ratio", "HTML", "Odoo 18 (studies, its own run)")
        table(f"{kind}: list of 80 of 100,000", rows, heads)
        held &= gate_cost(candidates[1])
    return held


def gate_cost(page: Page) -> bool:
    """Print what the gate adds to a request that it lets through; return if within its bar."""
    gate = Gate(lambda _environ, _start: [], page.app.extensions["sunmao"])
    environ = {"PATH_INFO": "/customers/"}
    number = 20_000
    best = min(timeit.repeat(lambda: gate(environ, lambda *_: None), number=number, repeat=5))
    cost = best / number * 1e6
    print(f"  gate on a hit: {cost:.2f} µs (bar {GATE_BAR:.0f})")
    return cost <= GATE_BAR


if __name__ == "__main__":
    kinds = sys.argv[1:] or ["sqlite", "postgresql"]
    results = [run(kind) for kind in kinds]
    print("\nevery bar is held" if all(results) else "\nA BAR IS NOT HELD")
    sys.exit(0 if all(results) else 1)
