"""Filters of lists, put together from values: docs/api.md has the language.

    all_of('state = SETTLED OR state = REVERSED', term("seller", "=", "imprimerie"))
"""

import datetime
from typing import Optional, Union

Value = Union[str, int, datetime.date, datetime.datetime]


def term(field: str, operator: str, value: Optional[Value]) -> str:
    """One comparison; an empty text for a value that is None or empty.

    Texts are quoted, so that whatever they hold is a value and nothing else.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        raise TypeError(f"{field}: {value!r} is no value of a filter")
    if isinstance(value, int):
        return f"{field} {operator} {value}"
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            raise ValueError(f"{field}: {value} has no time zone")
        value = value.isoformat()
    elif isinstance(value, datetime.date):
        value = value.isoformat()
    if not isinstance(value, str):
        raise TypeError(f"{field}: {value!r} is a {type(value).__name__}; give "
                        "a str, an int, a date or a datetime")
    return f"{field} {operator} {quoted(value)}"


def words(text: str) -> str:
    """What any text of the list has; an empty text for none."""
    return quoted(text) if text else ""


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def all_of(filter: str, *terms: str) -> str:
    """A filter as it was written, narrowed by terms; empty ones are left out.

    Nothing binds looser than AND, so it needs no parentheses.
    """
    return " AND ".join(one for one in (filter, *terms) if one)
