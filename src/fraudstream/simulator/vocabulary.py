"""The words of the simulated bank: currencies, cities, shops, and the codes rows are made of.

Rows hold small integers; the tuples here say what each integer means (position = code).
Cities are real places with rounded coordinates; nothing else here is.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ATM",
    "CATEGORIES",
    "CHANNELS",
    "CITIES",
    "COUNTRIES",
    "CURRENCIES",
    "CURRENCY_CODES",
    "GENUINE",
    "KINDS",
    "METHODS",
    "SITUATIONS",
    "SOURCES",
    "TYPES",
    "Category",
    "City",
    "Country",
    "Currency",
    "category_code",
]

KINDS = ("profile", "transaction", "reversal", "label")
TYPES = ("purchase", "withdrawal", "transfer", "refund")
CHANNELS = ("pos", "ecom", "atm", "transfer")
METHODS = ("CreditCard", "DebitCard", "BankTransfer", "PayPal", "Cryptocurrency")
SITUATIONS = ("ordinary", "travel", "spree", "new_phone", "shared_device", "salary", "sale")
SOURCES = ("chargeback", "customer_report", "bank_investigation", "analyst")
GENUINE = "genuine"


@dataclass(frozen=True, slots=True)
class Currency:
    """Decimals of the minor unit, and how many units one euro buys."""

    decimals: int
    per_eur: float


CURRENCIES = {
    "EUR": Currency(2, 1.0),
    "GBP": Currency(2, 0.86),
    "USD": Currency(2, 1.08),
    "CHF": Currency(2, 0.95),
    "PLN": Currency(2, 4.30),
    "SEK": Currency(2, 11.40),
    "DKK": Currency(2, 7.46),
    "NOK": Currency(2, 11.70),
    "CZK": Currency(2, 25.20),
    "JPY": Currency(0, 163.0),
    "TRY": Currency(2, 37.0),
    "BRL": Currency(2, 6.10),
}
CURRENCY_CODES = tuple(CURRENCIES)


@dataclass(frozen=True, slots=True)
class Country:
    """ISO alpha-2 code, English name and currency."""

    code: str
    name: str
    currency: str


COUNTRIES = (
    Country("DE", "Germany", "EUR"),
    Country("FR", "France", "EUR"),
    Country("ES", "Spain", "EUR"),
    Country("IT", "Italy", "EUR"),
    Country("NL", "Netherlands", "EUR"),
    Country("AT", "Austria", "EUR"),
    Country("BE", "Belgium", "EUR"),
    Country("PT", "Portugal", "EUR"),
    Country("IE", "Ireland", "EUR"),
    Country("GR", "Greece", "EUR"),
    Country("GB", "United Kingdom", "GBP"),
    Country("PL", "Poland", "PLN"),
    Country("SE", "Sweden", "SEK"),
    Country("CH", "Switzerland", "CHF"),
    Country("DK", "Denmark", "DKK"),
    Country("NO", "Norway", "NOK"),
    Country("CZ", "Czechia", "CZK"),
    Country("US", "United States", "USD"),
    Country("JP", "Japan", "JPY"),
    Country("TR", "Turkey", "TRY"),
    Country("BR", "Brazil", "BRL"),
)


@dataclass(frozen=True, slots=True)
class City:
    """A place: degrees, hours ahead of UTC, its share of our customers and of their trips."""

    country: str
    lat: float
    lon: float
    utc_offset: int
    homes: float
    visits: float


CITIES = (
    City("DE", 52.52, 13.40, 1, 14, 4),  # Berlin
    City("DE", 48.14, 11.58, 1, 10, 4),  # Munich
    City("DE", 53.55, 9.99, 1, 8, 3),  # Hamburg
    City("DE", 50.94, 6.96, 1, 8, 2),  # Cologne
    City("FR", 48.86, 2.35, 1, 10, 7),  # Paris
    City("FR", 45.76, 4.84, 1, 4, 2),  # Lyon
    City("ES", 40.42, -3.70, 1, 6, 4),  # Madrid
    City("ES", 41.39, 2.17, 1, 5, 6),  # Barcelona
    City("IT", 41.90, 12.50, 1, 5, 6),  # Rome
    City("IT", 45.46, 9.19, 1, 5, 4),  # Milan
    City("NL", 52.37, 4.90, 1, 6, 4),  # Amsterdam
    City("AT", 48.21, 16.37, 1, 4, 4),  # Vienna
    City("BE", 50.85, 4.35, 1, 3, 2),  # Brussels
    City("PT", 38.72, -9.14, 0, 2, 4),  # Lisbon
    City("IE", 53.35, -6.26, 0, 2, 2),  # Dublin
    City("GR", 37.98, 23.73, 2, 1, 4),  # Athens
    City("GB", 51.51, -0.13, 0, 3, 6),  # London
    City("PL", 52.23, 21.01, 1, 2, 2),  # Warsaw
    City("SE", 59.33, 18.07, 1, 1, 2),  # Stockholm
    City("CH", 47.37, 8.54, 1, 2, 3),  # Zurich
    City("DK", 55.68, 12.57, 1, 1, 2),  # Copenhagen
    City("NO", 59.91, 10.75, 1, 0, 1),  # Oslo
    City("CZ", 50.08, 14.44, 1, 1, 4),  # Prague
    City("US", 40.71, -74.01, -5, 0, 4),  # New York
    City("US", 25.76, -80.19, -5, 0, 2),  # Miami
    City("JP", 35.68, 139.69, 9, 0, 2),  # Tokyo
    City("TR", 41.01, 28.98, 3, 0, 4),  # Istanbul
    City("BR", -23.55, -46.63, -3, 0, 1),  # Sao Paulo
)


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of merchant: its usual ticket in euro, the spread of its logarithm, and its trade.

    ``street`` and ``online`` are relative frequencies of such purchases in shops and on the net.
    """

    name: str
    ticket: float
    spread: float
    street: float
    online: float


CATEGORIES = (
    Category("grocery", 32, 0.6, 30, 4),
    Category("restaurant", 24, 0.6, 20, 6),
    Category("fuel", 52, 0.3, 8, 0),
    Category("pharmacy", 17, 0.6, 7, 3),
    Category("fashion", 58, 0.6, 9, 14),
    Category("electronics", 130, 0.9, 5, 12),
    Category("jewellery", 190, 0.9, 1, 1),
    Category("transport", 9, 0.8, 10, 6),
    Category("hotel", 140, 0.6, 2, 6),
    Category("travel", 210, 0.8, 1, 6),
    Category("entertainment", 26, 0.6, 5, 8),
    Category("digital_goods", 11, 0.8, 0, 18),
    Category("gaming", 18, 0.8, 0, 8),
    Category("gift_cards", 45, 0.5, 1, 3),
    Category("charity", 20, 0.8, 0, 2),
    Category("crypto_exchange", 160, 1.0, 0, 2),
    Category("atm", 90, 0.6, 0, 0),
)
_CODES = {category.name: code for code, category in enumerate(CATEGORIES)}
ATM = _CODES["atm"]


def category_code(name: str) -> int:
    """Return the code of a merchant category.

    >>> CATEGORIES[category_code("fuel")].name
    'fuel'
    """
    return _CODES[name]
