"""What bodies and answers are made of: strict models, amounts as text, names in two languages."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError

from core.contributions import type_Title
from core.i18n.writing import NEVER, wrong_sign

AMOUNT = "^-?(0|[1-9][0-9]{0,12})([.][0-9]{1,2})?$"
LARGEST = 2**31 - 1


class In(BaseModel):
    """Base of what is sent: a key that nobody declared is refused, types are not guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class Out(BaseModel):
    """Base of what is answered, read off records and dataclasses."""

    model_config = ConfigDict(from_attributes=True, defer_build=True)


@dataclass(frozen=True, slots=True)
class Words:
    """The title of a field in the caller's language, put into the document when it is made."""

    title: type_Title

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        found: dict[str, Any] = handler(schema)
        if "$ref" in found:
            found = {"allOf": [found]}
        return {**found, "title": str(self.title)}


def words(title: type_Title) -> Words:
    """Name a field for people, inside its Annotated."""
    return Words(title)


def _amount(value: Any) -> Decimal | None:
    """Take text with at most two decimals; never a number, which may have been a float."""
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, str) and re.fullmatch(AMOUNT, value):
        return Decimal(value)
    raise PydanticCustomError("amount", "an amount as text, with at most two decimals")


def _integer(value: Any) -> Any:
    """JSON does not tell 3.0 from 3: take both, but neither text nor yes and no."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": AMOUNT, "examples": ["1200.50"]}),
]
Integer = Annotated[int, Field(ge=-LARGEST, le=LARGEST), BeforeValidator(_integer)]
Key = Annotated[int, Field(ge=1, le=LARGEST), BeforeValidator(_integer)]
Minute = Annotated[int, Field(ge=0, le=24 * 60 - 1), BeforeValidator(_integer)]  # of the day


def _writing(text: str) -> str:
    """Refuse signs that no text may hold; services judge the rest of `core.i18n.writing`."""
    wrong = wrong_sign(text)
    if wrong is not None:
        raise PydanticCustomError("writing", "{words}", {"words": wrong})
    return text


Text = Annotated[
    str,
    Field(max_length=20_000, json_schema_extra={"pattern": f"^[^{NEVER}]*$"}),
    AfterValidator(_writing),
]
Names = Annotated[dict[Literal["zh", "en"], Text], Field(min_length=1)]
