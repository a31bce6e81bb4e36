"""The four check characters Chinese codes carry, each a few lines of arithmetic."""

from __future__ import annotations

PERSON_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PERSON_CHECKS = "10X98765432"
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_CHECKS = "0123456789X"


def person_check_digit(first17: str) -> str:
    """GB 11643: ISO 7064 MOD 11-2 over seventeen digits."""
    total = sum(weight * int(digit) for weight, digit in zip(PERSON_WEIGHTS, first17, strict=True))
    return PERSON_CHECKS[total % 11]


def credit_check_character(first17: str) -> str:
    """GB 32100. The standard's worked text forgets the outer remainder: a sum of 0 must give 0, not 31."""
    places = (CREDIT_ALPHABET.index(character) for character in first17)
    total = sum(weight * place for weight, place in zip(CREDIT_WEIGHTS, places, strict=True))
    return CREDIT_ALPHABET[-total % 31]


def organisation_check_character(first8: str) -> str:
    """GB 11714: ten is written X, eleven 0."""
    places = (ORGANISATION_ALPHABET.index(character) for character in first8)
    total = sum(weight * place for weight, place in zip(ORGANISATION_WEIGHTS, places, strict=True))
    return ORGANISATION_CHECKS[-total % 11]


def licence_check_digit(first14: str) -> str:
    """The old business licence number: ISO 7064 MOD 11,10 over fourteen digits."""
    product = 10
    for digit in first14:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def mod37_36(text: str) -> str:
    """ISO 7064 MOD 37,36, as the e-certificate identifier of GB/T 36904 ends."""
    product = 36
    for character in text.upper():
        product = ((product + ORGANISATION_ALPHABET.index(character)) % 36 or 36) * 2 % 37
    return ORGANISATION_ALPHABET[(37 - product) % 36]
