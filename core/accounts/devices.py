"""A browser's self-description in words that its owner recognises."""

import re

from core.i18n import gettext as _

BROWSERS = (
    ("Edg", "Edge"),
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_words(user_agent: str) -> str:
    """Return such as "Firefox 130 on Windows"; the first product's name for anything else."""
    browser = next(
        (
            f"{name} {found.group(1)}"
            for mark, name in BROWSERS
            if (found := re.search(rf"{mark}\w*/(\d+)", user_agent))
        ),
        None,
    )
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or user_agent.partition("/")[0][:40] or _("unknown device")
