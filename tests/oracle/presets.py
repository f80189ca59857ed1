"""A preset that has everything, and random ones over the same fields."""

from __future__ import annotations

import random

from fraudstream.schema import (
    Aggregate,
    All,
    Any,
    Compare,
    Costs,
    Currency,
    Field,
    FieldType,
    Filter,
    Function,
    Input,
    InputFunction,
    InputSpec,
    IsNull,
    LabelSpec,
    Not,
    OneOf,
    Preset,
)

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000

FIELDS = (
    Field("event_time", ("event_time",), FieldType.TIME, required=True),
    Field("amount", ("amount",), FieldType.MONEY, required=True),
    Field("transaction_id", ("transaction_id",), FieldType.TEXT, required=True),
    Field("account_id", ("account_id",), FieldType.TEXT),
    Field("merchant_id", ("merchant_id",), FieldType.TEXT),
    Field("device_id", ("device_id",), FieldType.TEXT),
    Field("channel", ("channel",), FieldType.ENUM, values=("pos", "ecom", "atm")),
    Field("lat", ("lat",), FieldType.NUMBER, decimals=6),
    Field("lon", ("lon",), FieldType.NUMBER, decimals=6),
    Field("risk", ("risk",), FieldType.NUMBER, decimals=2),
)
ENTITIES = (
    ("account", ("account_id",)),
    ("merchant", ("merchant_id",)),
    ("pair", ("account_id", "merchant_id")),
)
FILTERS: tuple[tuple[str, Filter], ...] = (
    ("ecom", Compare("channel", "=", 1)),
    ("large", Compare("amount", ">", 20_000)),
    ("known", Not(IsNull("device_id"))),
    (
        "odd",
        Any(
            (
                All((Compare("risk", ">=", 50), Compare("channel", "<>", 0))),
                OneOf("device_id", ("d1", "d2")),
            )
        ),
    ),
)
WITHOUT_ARGUMENT = (
    Function.COUNT,
    Function.SECONDS_SINCE_LAST,
    Function.SECONDS_SINCE_FIRST,
    Function.FRAUD_COUNT,
    Function.FRAUD_RATE,
    Function.SECONDS_SINCE_LAST_FRAUD,
    Function.SECONDS_SINCE_FIRST_FRAUD,
    Function.KM_FROM_LAST,
    Function.KMH_FROM_LAST,
)
OF_VALUES = (Function.DISTINCT, Function.FIRST_SEEN)


def preset_of(
    features: list[Aggregate], lateness: int = HOUR, label_field: str | None = None
) -> Preset:
    """A preset over the fields above."""
    return Preset(
        name="trial",
        input=InputSpec(lateness=lateness, max_future=5 * MINUTE, dedupe=DAY),
        currency=Currency("EUR", {"EUR": 2}),
        fields=FIELDS,
        entities=ENTITIES,
        filters=FILTERS,
        inputs=(Input("amount", InputFunction.NUMBER, "amount"),),
        features=tuple(features),
        labels=LabelSpec(known_after=7 * DAY, field=label_field),
        costs=Costs(),
    )


def random_features(chance: random.Random, count: int, windows: list[int]) -> list[Aggregate]:
    """Any aggregate over any entity, argument, filter, window and delay."""
    features = []
    for i in range(count):
        function = chance.choice(list(Function))
        argument = None
        if function in OF_VALUES:
            argument = chance.choice(["device_id", "merchant_id", "account_id"])
        elif function not in WITHOUT_ARGUMENT:
            argument = chance.choice(["amount", "amount", "risk"])
        features.append(
            Aggregate(
                name=f"f{i}_{function}",
                entity=chance.choice(ENTITIES)[0],
                function=function,
                window=chance.choice(windows),
                field=argument,
                filter=chance.choice([None, None, *(name for name, _ in FILTERS)]),
                delay=chance.choice([0, 0, 0, *windows]),
            )
        )
    return features
