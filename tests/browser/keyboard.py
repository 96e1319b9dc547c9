"""Going through a page by keys alone: where Tab leads, and whether one sees where one is."""

from dataclasses import dataclass
from typing import Any

MOST = 600
STILL = {"reduced_motion": "reduce"}  # what is on its way to another look cannot be judged
# Numbers everything that can be used, and keeps how it looks while something else has the focus.
MARK = """() => {
  const all = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [contenteditable]')];
  const groups = new Set();
  const usable = one => {
    if (one.disabled || !one.checkVisibility({ visibilityProperty: true })) return false;
    if (one.closest('[inert], [aria-hidden=true]') || one.getAttribute('role') === 'option') return false;
    if (one.type !== 'radio') return true;
    const group = (one.form ? [...document.forms].indexOf(one.form) : '') + one.name;
    const chosen = document.querySelector('input[name="' + one.name + '"]:checked');
    if (groups.has(group) || (chosen && chosen !== one)) return false;
    groups.add(group);
    return true;
  };
  window.lookOf = one => {
    const found = [];
    for (let at = one, up = 0; at && up < 4; at = at.parentElement, up += 1) {
      const style = getComputedStyle(at);
      const line = style.outlineStyle === 'none' ? '' : style.outlineWidth + style.outlineColor;
      found.push([line, style.boxShadow, at === one ? style.top : ''].join());
    }
    return found.join('|');
  };
  window.walked = all.filter(usable);
  window.unfocused = window.walked.map(window.lookOf);
  return window.walked.map(one => one.outerHTML.slice(0, 90));
}"""
HERE = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const number = window.walked.indexOf(one), box = one.getBoundingClientRect();
  const stays = at => at && (getComputedStyle(at).position === 'sticky' || stays(at.parentElement));
  const inside = (x, y) => {
    const top = document.elementFromPoint(x, y);
    return top && (one.contains(top) || top.contains(one) || [...(one.labels || [])].some(l => l.contains(top)));
  };
  const places = [[.5, .5], [.1, .5], [.9, .5], [.5, .15], [.5, .85]];
  return {
    number, words: one.outerHTML.slice(0, 90), order: one.tabIndex,
    marked: number < 0 || window.lookOf(one) !== window.unfocused[number],
    shown: places.some(([x, y]) => inside(box.left + box.width * x, box.top + box.height * y)),
    left: box.left + scrollX, right: box.right + scrollX, top: box.top + scrollY, bottom: box.bottom + scrollY,
    flows: Boolean(one.closest('main')) && !stays(one),
  };
}"""


@dataclass(frozen=True)
class Walk:
    """What a walk by Tab met: complaints in words, and how many stops there were."""

    complaints: list[str]
    stops: int


def walk(page: Any, key: str = "Tab") -> Walk:
    """Press Tab from the top of the page to its end; with Shift+Tab the other way round."""
    page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0); }")
    usable = page.evaluate(MARK)
    found: list[str] = []
    met: list[int] = []
    before: dict[str, Any] | None = None
    for _press in range(MOST):
        page.keyboard.press(key)
        here = page.evaluate(HERE)
        if here is None or (here["number"] >= 0 and here["number"] in met):
            break
        found += _faults(here, before if key == "Tab" else None, met if key == "Tab" else [])
        met += [here["number"]] if here["number"] >= 0 else []
        before = here
    else:
        found.append(f"after {MOST} presses there is no end")
    found += [f"never reached: {words}" for at, words in enumerate(usable) if at not in met]
    return Walk(found, len(met))


def _faults(here: dict[str, Any], before: dict[str, Any] | None, met: list[int]) -> list[str]:
    found = []
    if not here["marked"]:
        found.append(f"looks as without the focus: {here['words']}")
    if not here["shown"]:
        found.append(f"lies under something or out of sight: {here['words']}")
    if here["order"] > 0 or (met and 0 <= here["number"] < met[-1]):
        found.append(f"out of order: {here['words']}")
    if before and here["flows"] and before["flows"]:
        above = here["bottom"] < before["top"] and here["right"] < before["left"]
        found += [f"the focus jumps up and back to: {here['words']}"] if above else []
    return found


def tab_to(page: Any, selector: str, *, back: bool = False) -> Any:
    """Press Tab until something has the focus, and return it; fail if it is never reached."""
    arrived = "selector => document.activeElement.matches(selector)"
    for _press in range(MOST):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate(arrived, selector):
            return page.locator(":focus")
    raise AssertionError(f"Tab never leads to {selector} on {page.url}")


def has_focus(page: Any, selector: str) -> bool:
    """Tell whether the focus is on what a selector names."""
    return bool(page.evaluate("s => document.activeElement.matches(s)", selector))
