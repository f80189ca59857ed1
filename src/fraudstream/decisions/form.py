"""Which columns of an event batch the decision record and the transactions table show, and how."""

from __future__ import annotations

from dataclasses import dataclass

from fraudstream.schema import FieldType, Preset, layout_of

__all__ = ["Form", "NumberColumn", "form_of"]


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A column of ``EventBatch.numbers``: an integer scaled by 10**decimals, or a time in ms."""

    name: str
    decimals: int
    is_time: bool


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """Names, decimals and currencies, in the order of the batch's columns; made once per preset.

    ``texts`` are the columns of ``EventBatch.texts``, ``numbers`` of ``EventBatch.numbers`` (the
    first is the amount in the currency ``base``); ``currencies`` are (code, decimals) by index.
    """

    texts: tuple[str, ...]
    numbers: tuple[NumberColumn, ...]
    currencies: tuple[tuple[str, int], ...]
    base_decimals: int
    base: str

    def text_column(self, name: str) -> int:
        """The column of a text field, -1 where the preset has none of that name."""
        return self.texts.index(name) if name in self.texts else -1


def form_of(preset: Preset) -> Form:
    """The form of a preset's events."""
    layout = layout_of(preset)
    digits = preset.currency.digits
    base_decimals = digits[preset.currency.base]
    numbers = [NumberColumn("amount_base", base_decimals, False)]
    for name in layout.numbers[1:]:
        field = preset.field_named(name)
        assert field is not None, name
        numbers.append(NumberColumn(name, field.decimals, field.type is FieldType.TIME))
    return Form(
        texts=layout.texts,
        numbers=tuple(numbers),
        currencies=tuple((code, digits[code]) for code in layout.currencies),
        base_decimals=base_decimals,
        base=preset.currency.base,
    )
