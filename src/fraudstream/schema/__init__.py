"""What a preset says: fields, entities, filters, features, labels, costs."""

from fraudstream.schema.features import Aggregate, Function, Input, InputFunction
from fraudstream.schema.filters import All, Any, Compare, Filter, IsNull, Not, OneOf
from fraudstream.schema.layout import Layout, layout_of
from fraudstream.schema.preset import (
    Costs,
    Currency,
    Field,
    FieldType,
    InputSpec,
    LabelSpec,
    Preset,
)
from fraudstream.schema.reading import read_preset
from fraudstream.schema.reference import COUNTRY_CODES, CURRENCY_DIGITS, country_code
from fraudstream.schema.shipped import builtin, builtin_file, builtin_names, builtin_text

__all__ = [
    "COUNTRY_CODES",
    "CURRENCY_DIGITS",
    "Aggregate",
    "All",
    "Any",
    "Compare",
    "Costs",
    "Currency",
    "Field",
    "FieldType",
    "Filter",
    "Function",
    "Input",
    "InputFunction",
    "InputSpec",
    "IsNull",
    "LabelSpec",
    "Layout",
    "Not",
    "OneOf",
    "Preset",
    "builtin",
    "builtin_file",
    "builtin_names",
    "builtin_text",
    "country_code",
    "layout_of",
    "read_preset",
]
