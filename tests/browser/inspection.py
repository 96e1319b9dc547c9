"""What is wrong with a page as a browser shows it; each function returns complaints in words."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from core.cli.assets import fetch_one, is_there
from core.testing.serving import ROOT
from core.web.assets import RemoteAsset

AXE = RemoteAsset(
    name="axe-core",
    package="axe-core",
    version="4.14.1",
    path="axe.min.js",
    integrity="sha384-xt1SFg49QaDwsyt0Xfs2XAyBtYPClXl3X2q5OOLeGAUmq9jZTYIMdztpF99WdhiH",
    license="MPL-2.0",
    cdn="",
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|^[a-z]+\.[a-z_]+$")
PLACE = re.compile(r"%\(\w+\)[sd]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORDS = """other => {
  const found = [];
  const shown = e => e.checkVisibility ? e.checkVisibility() : e.offsetParent !== null;
  const own = e => e.closest('[lang]') && !e.closest('[lang]').lang.startsWith(other)
    && !e.closest('.code, code, pre, script, style, [translate=no]');
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    const text = walk.currentNode.textContent.trim();
    if (text && e && own(e) && shown(e)) found.push(text);
  }
  for (const name of ['placeholder', 'title', 'aria-label', 'alt'])
    for (const e of document.querySelectorAll('[' + name + ']'))
      if (own(e)) found.push(e.getAttribute(name));
  found.push(document.title.split(' · ')[0]);
  return found;
}"""
WIDER = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > room + 1 && !e.closest('.dt-wrap, .tabs'))
    .slice(-3).map(e => e.outerHTML.slice(0, 90))
    .concat('the page is ' + document.documentElement.scrollWidth + ' wide');
}"""
OVERLAPS = """selector => {
  const boxes = [...document.querySelectorAll(selector)].filter(e => e.offsetParent)
    .map(e => { const r = document.createRange(); r.selectNodeContents(e);
                return [e.textContent.trim(), r.getBoundingClientRect()]; });
  const found = [];
  boxes.forEach(([one, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (across > 1 && down > 1) found.push(one + ' lies on ' + other);
  }));
  return found;
}"""
ICONS = """async () => {
  const uses = [...document.querySelectorAll('svg.i use')].map(e => e.getAttribute('href'));
  if (!uses.length) return [];
  const sheet = await (await fetch(uses[0].split('#')[0])).text();
  return [...new Set(uses.map(u => u.split('#')[1]))]
    .filter(name => !sheet.includes('id="' + name + '"')).map(name => 'no icon ' + name);
}"""
RUN_AXE = """async only => {
  const found = await axe.run(document, {runOnly: only, resultTypes: ['violations']});
  return found.violations.map(v => v.id + ': ' + v.help + ' – '
    + v.nodes.slice(0, 3).map(n => n.target.join(' ')
      + (v.id === 'color-contrast' ? ' ' + n.any.map(a => a.message).join() : '')).join(' | '));
}"""


def too_wide(page: Any) -> list[str]:
    """Name what makes a page scroll sideways."""
    return list(page.evaluate(WIDER))


def overlapping(page: Any, selector: str = ".facets label, .facets legend") -> list[str]:
    """Name labels that are printed over each other."""
    return list(page.evaluate(OVERLAPS, selector))


def missing_icons(page: Any) -> list[str]:
    """Name icons that the page uses and icons.svg does not hold."""
    return list(page.evaluate(ICONS))


def english_messages() -> list[re.Pattern[str]]:
    """Return patterns of all messages that have other words in Chinese."""
    return [_pattern(one) for ids, words in _catalogue() for one in ids if _is_told(one, words)]


def chinese_messages() -> list[re.Pattern[str]]:
    """Return patterns of what messages are called in Chinese."""
    said = {words for _ids, words in _catalogue() if len(CHINESE.findall(words)) > 1}
    return [_pattern(words) for words in sorted(said)]


def _catalogue() -> Iterator[tuple[tuple[str, ...], str]]:
    """Give (English words, Chinese words) of every message of every package."""
    for top in ("core", "addons"):
        for path in (ROOT / top).glob("*/translations/*/LC_MESSAGES/messages.po"):
            with path.open("rb") as file:
                entries = list(read_po(file))
            for entry in entries:
                ids = entry.id if isinstance(entry.id, tuple) else (entry.id,)
                yield ids, entry.string if isinstance(entry.string, str) else entry.string[0]


def _is_told(message: str, words: str) -> bool:
    """Tell whether a message has letters of its own, and other words in Chinese."""
    own = PLACE.sub("", message)
    return bool(message) and message != words and len(re.findall(r"[A-Za-z]", own)) > 1


def _pattern(message: str) -> re.Pattern[str]:
    parts = [re.escape(part.replace("%%", "%")) for part in PLACE.split(message)]
    return re.compile(".+".join(parts))


def untranslated(page: Any, messages: Iterable[re.Pattern[str]]) -> list[str]:
    """Name words of a Chinese page that are an English message, or a code of ours."""
    seen = dict.fromkeys(text for text in page.evaluate(WORDS, "en") if text and text.isascii())
    known = list(messages)
    return [
        text
        for text in seen
        if CODE.search(text) or any(pattern.fullmatch(text) for pattern in known)
    ]


def in_chinese(page: Any, messages: Iterable[re.Pattern[str]]) -> list[str]:
    """Name words of an English page that are what a message is called in Chinese."""
    seen = dict.fromkeys(text for text in page.evaluate(WORDS, "zh") if CHINESE.search(text or ""))
    known = list(messages)
    return [text for text in seen if any(pattern.fullmatch(text) for pattern in known)]


def axe_source() -> str | None:
    """Return axe-core's script, fetched once as the pages' own browser files are; None if not."""
    folder = ROOT / "instance" / "assets"
    folder.mkdir(parents=True, exist_ok=True)
    if not is_there(AXE, folder) and not fetch_one(AXE, folder, None):
        return None
    return Path(folder / AXE.local_name).read_text(encoding="utf-8")


def violations(page: Any, source: str, only: str = "") -> list[str]:
    """Return what axe-core finds: WCAG 2.2 A and AA, and its best practices; or one rule alone."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(source)
    rules = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": TAGS}
    return list(page.evaluate(RUN_AXE, rules))
