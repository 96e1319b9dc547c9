"""What the content security policy forbids in templates and pages."""

import re

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


def markup_faults(text: str) -> list[str]:
    """Return what the content security policy forbids in a template or a page."""
    bare = COMMENT.sub("", text)
    found = [name for name, pattern in FAULTS.items() if pattern.search(bare)]
    if any("csrf" not in form and "hidden_tag" not in form for form in POST_FORM.findall(bare)):
        found.append("post form without token")
    return found
