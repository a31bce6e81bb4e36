"""How Chinese is said: pinyin without tones."""

from __future__ import annotations


def syllables(text: str) -> list[str]:
    """One a character, what is not Chinese as it stands: 社保 → she, bao."""
    from pypinyin import lazy_pinyin  # its dictionary takes a quarter of a second; most commands say nothing

    return [str(one) for one in lazy_pinyin(text)]
