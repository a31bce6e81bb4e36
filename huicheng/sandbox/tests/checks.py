"""Check digits worked out the slow way, to hold against the vectorised ones."""


def person_check(first17: str) -> str:
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(first17))
    return "0123456789X"[(12 - total % 11) % 11]


def credit_check(first17: str) -> str:
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(letters.index(letter) * 3**place for place, letter in enumerate(first17))
    return letters[-total % 31]
