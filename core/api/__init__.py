"""The programming interface: operations declared beside the views. See docs/api.md."""

from core.api.blueprint import Api
from core.api.fields import Amount, In, Integer, Key, Minute, Names, Out, Text, words

__all__ = ["Amount", "Api", "In", "Integer", "Key", "Minute", "Names", "Out", "Text", "words"]
