"""What an administrator can read about an add-on before any of its code is imported."""

import difflib
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from core.addons.faults import AddonFaultError, Words, words
from core.config import ROOT
from core.i18n import localized

SIZE_LIMIT = 32 * 1024
RESERVED = frozenset(
    {
        "account",
        "admin",
        "api",
        "assets",
        "bundles",
        "core",
        "files",
        "health",
        "login",
        "logout",
        "notifications",
        "preferences",
        "remarks",
        "search",
        "static",
        "sunmao",
    }
)


def _version(text: str) -> str:
    try:
        return str(Version(text))
    except InvalidVersion as error:
        raise ValueError(f"{text!r} is not a version such as 1.4.0") from error


def _range(text: str) -> str:
    try:
        SpecifierSet("" if text == "*" else text)
    except InvalidSpecifier as error:
        raise ValueError(f"{text!r} is not a version range such as >=1.0,<2") from error
    return text


@cache
def _icons() -> list[str]:
    """Return what the house can draw, read once however many manifests there are."""
    drawn = (ROOT / "core/web/static/icons.svg").read_text(encoding="utf-8")
    return re.findall(r'id="([a-z-]+)"', drawn)


def _icon(name: str) -> str:
    known = _icons()
    if name not in known:
        near = ", ".join(difflib.get_close_matches(name, known, n=1) or known)
        raise ValueError(f"there is no such icon; did you mean {near}?")
    return name


AddonName = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,30}$")]
Range = Annotated[str, AfterValidator(_range)]
Ranges = dict[AddonName, Range]
Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"),
]


class Bilingual(BaseModel):
    """A line in both languages of the site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: Line
    en: Line

    def __str__(self) -> str:
        """Return the line in the reader's language."""
        return localized(self.model_dump())


class Manifest(BaseModel):
    """The facts of one add-on; `package` is its import path."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: AddonName
    package: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$", max_length=120)
    ]
    version: Annotated[str, AfterValidator(_version)]
    core: Range
    title: Bilingual
    summary: Bilingual
    category: Literal["business", "management", "system", "connector"] = "business"
    icon: Annotated[str, AfterValidator(_icon)] = "module"
    sequence: Annotated[int, Field(ge=0, le=9999)] = 500
    license: Line
    author: Line
    depends: Ranges = {}
    suggests: Ranges = {}
    conflicts: Ranges = {}

    @field_validator("name")
    @classmethod
    def _not_reserved(cls, name: str) -> str:
        if name in RESERVED:
            raise ValueError(f"{name!r} is reserved for the core")
        return name


def fits(version: str, allowed: str) -> bool:
    """Tell whether `version` lies in the range; `*` and the empty range allow everything."""
    return SpecifierSet("" if allowed == "*" else allowed).contains(version, prereleases=True)


def read_manifest(path: Path, *, name: str) -> Manifest:
    """Read a manifest file for the add-on `name`; raise AddonFaultError saying what to mend."""
    try:
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            said = words(
                "The manifest has %(size)d bytes; at most %(limit)d are read.",
                size=size,
                limit=SIZE_LIMIT,
            )
            raise AddonFaultError("manifest", said)
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = words("The manifest cannot be read: %(error)s", error=error)
        raise AddonFaultError("manifest", said) from error
    return parse_manifest(text, name=name)


def parse_manifest(text: str, *, name: str) -> Manifest:
    """Check the text of a manifest; raise AddonFaultError saying what to mend."""
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        said = words("The manifest is not valid TOML: %(error)s", error=error)
        raise AddonFaultError("manifest", said) from error
    try:
        manifest = Manifest(**values)
    except ValidationError as error:
        raise AddonFaultError("manifest", _first_fault(error)) from error
    if manifest.name != name:
        said = words(
            "The manifest says name = %(said)s, but its file is called %(file)s.",
            said=manifest.name,
            file=name,
        )
        raise AddonFaultError("manifest", said)
    if name in manifest.depends or name in manifest.conflicts:
        raise AddonFaultError("manifest", words("The add-on names itself as a relation."))
    return manifest


def _first_fault(error: ValidationError) -> Words:
    told = error.errors(include_url=False)  # a key that is lacking may be there misspelt
    first = min(told, key=lambda one: one["type"] != "extra_forbidden")
    place = ".".join(str(part) for part in first["loc"] if part != "[key]")
    if first["type"] == "extra_forbidden":
        key = str(first["loc"][-1])
        known = list(Bilingual.model_fields if len(first["loc"]) > 1 else Manifest.model_fields)
        near = difflib.get_close_matches(key, known, n=1)
        if near:
            return words(
                "Unknown key %(key)s in the manifest; did you mean %(near)s?",
                key=place,
                near=near[0],
            )
        return words(
            "Unknown key %(key)s in the manifest; known are %(known)s.",
            key=place,
            known=", ".join(known),
        )
    if first["type"] == "missing":
        return words("The manifest lacks %(key)s.", key=place)
    given = re.sub(r"\s+", " ", repr(first["input"]))[:60]
    return words(
        "%(key)s = %(given)s in the manifest: %(error)s",
        key=place,
        given=given,
        error=first["msg"].removeprefix("Value error, "),
    )
