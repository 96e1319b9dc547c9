"""The content security policy forbids inline script and style, so templates may not hold any."""

import re

from tests.house.source import name_of, template_files

FAULTS = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style[\s>]", re.IGNORECASE),
    "inline script": re.compile(
        r"<script(?![^>]*\s(?:src\s*=|type=\"application/json\"))", re.IGNORECASE
    ),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript link": re.compile(r"javascript:", re.IGNORECASE),
}
POST_FORM = re.compile(r"<form[^>]*method=[\"']post[\"'].*?</form>", re.IGNORECASE | re.DOTALL)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def faults(text: str) -> list[str]:
    bare = COMMENT.sub("", text)
    found = [name for name, pattern in FAULTS.items() if pattern.search(bare)]
    if any("csrf" not in form and "hidden_tag" not in form for form in POST_FORM.findall(bare)):
        found.append("post form without token")
    return found


def test_no_template_holds_inline_script_or_style_or_an_unguarded_form():
    guilty = {
        name_of(file): found
        for file in template_files()
        if (found := faults(file.read_text(encoding="utf-8")))
    }
    assert not guilty


def test_the_search_sees_planted_faults():
    assert faults('<p style="color:red">') == ["style attribute"]
    assert faults("<script>alert(1)</script>") == ["inline script"]
    assert faults('<a href="#" onclick="go()">') == ["event handler"]
    assert faults('<form method="post"><button>') == []  # unfinished: not a form yet
    assert faults('<form method="post"></form>') == ["post form without token"]
    assert not faults('<script src="{{ asset("x") }}" defer></script>')
