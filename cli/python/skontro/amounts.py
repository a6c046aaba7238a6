"""Amounts: decimals for people, whole minor units for the server.

No float comes in or goes out, and nothing is rounded: an amount with more
decimals than its unit has is refused, as `skontro` does.
"""

import re
from decimal import Decimal
from typing import Union

Number = Union[Decimal, int, str]
"""What is taken as an amount; a text such as "720.50" has a point."""

MINOR_UNITS_MAX = 10**15
"""The largest amount of one leg, in minor units."""

_TEXT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)


class AmountError(ValueError):
    """An amount that cannot be sent as it is. Nothing was sent."""


def to_minor_units(amount: Number, decimals: int, what: str = "amount") -> int:
    """The amount in minor units of a unit with so many decimals.

    Raises AmountError for one that is no number, has more decimals than the
    unit, or is above the largest amount; TypeError for a float, which has no
    exact decimals.
    """
    if isinstance(amount, bool) or not isinstance(amount, (Decimal, int, str)):
        raise TypeError(f"{what}: {amount!r} is a {type(amount).__name__}; "
                        "give a Decimal, an int or a str")
    if isinstance(amount, str):
        if not _TEXT.fullmatch(amount):
            raise AmountError(f"{what}: {amount!r} is not a number such as "
                              "720.50")
        amount = Decimal(amount)
    if isinstance(amount, int):
        amount = Decimal(amount)
    minor = _exact(amount, decimals, what)
    if abs(minor) > MINOR_UNITS_MAX:
        raise AmountError(f"{what}: {amount} is more than the largest amount, "
                          f"{from_minor_units(MINOR_UNITS_MAX, decimals)}")
    return minor


def from_minor_units(minor_units: int, decimals: int) -> Decimal:
    """The decimal of so many minor units, with exactly `decimals` places."""
    digits = tuple(int(digit) for digit in str(abs(minor_units)))
    return Decimal((1 if minor_units < 0 else 0, digits, -decimals))


def _exact(amount: Decimal, decimals: int, what: str) -> int:
    # Whole numbers only: arithmetic of Decimal rounds to its context.
    sign, digits, exponent = amount.as_tuple()
    if not isinstance(exponent, int):
        raise AmountError(f"{what}: {amount} is not a number")
    number = int("".join(map(str, digits)) or "0")
    places = -exponent
    # Zeros at the end say nothing: 1.500 is 1.50, as for the server's tools.
    while places > decimals and number % 10 == 0 and number:
        number //= 10
        places -= 1
    if number and places > decimals:
        raise AmountError(f"{what}: {amount} has more decimals than the "
                          f"{decimals} of its unit")
    shift = decimals - places
    if number and shift > 40:
        raise AmountError(f"{what}: {amount} is more than the largest amount")
    minor: int = number * 10**shift if number else 0
    return -minor if sign else minor
