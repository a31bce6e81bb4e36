"""RFC 8785 (JCS): one way to write a JSON value, so that a signature over it can be checked anywhere."""

import json
import math
from typing import Any

LARGEST = 2**53 - 1


class NotCanonical(ValueError):
    """A value that JSON cannot carry between two programs without loss."""


def canonical(value: Any) -> bytes:
    try:
        return _written(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical(f"half a character (lone surrogate) at {error.start}") from None


def _written(value: Any) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{_written(key)}:{_written(value[key])}" for key in _sorted(value)) + "}"
    raise NotCanonical(f"{type(value).__name__} is no JSON value")


def _sorted(value: dict[Any, Any]) -> list[str]:
    if not all(isinstance(key, str) for key in value):
        raise NotCanonical("every name of an object is text")
    # By UTF-16 code units, as JavaScript sorts.
    return sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))


def _integer(value: int) -> str:
    if abs(value) > LARGEST:
        raise NotCanonical(f"{value} is larger than every JSON reader keeps exactly: write it as text")
    return str(value)


def _number(value: float) -> str:
    """ECMAScript's way: the shortest digits that read back the same, exponents only far out."""
    if not math.isfinite(value):
        raise NotCanonical(f"{value} is no JSON number")
    if value == 0:
        return "0"
    sign, text = ("-" if value < 0 else ""), repr(abs(value))
    mantissa, _e, exponent = text.partition("e")
    whole, _dot, part = mantissa.partition(".")
    digits = (whole + part).lstrip("0")
    place = len(whole) + int(exponent or 0) - (len(whole + part) - len((whole + part).lstrip("0")))
    digits = digits.rstrip("0")
    return sign + _placed(digits, place)


def _placed(digits: str, place: int) -> str:
    if len(digits) <= place <= 21:
        return digits + "0" * (place - len(digits))
    if 0 < place <= 21:
        return f"{digits[:place]}.{digits[place:]}"
    if -6 < place <= 0:
        return "0." + "0" * -place + digits
    power = place - 1
    dotted = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{dotted}e{'+' if power > 0 else '-'}{abs(power)}"
