"""Text must be readable on what it lies on, in every theme."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parent.parent / "static/look/tokens.css").read_text(encoding="utf-8")
PAIRS = [
    ("ink", "paper"), ("ink", "ground"), ("quiet", "paper"), ("quiet", "ground"), ("quiet", "sunken"),
    ("brand", "paper"), ("brand", "brand-tint"), ("on-brand", "brand"), ("on-brand", "brand-hover"),
    ("success-ink", "success-tint"), ("warning-ink", "warning-tint"), ("alert-ink", "alert-tint"),
    ("danger-ink", "danger-tint"), ("danger-ink", "paper"), ("success-ink", "paper"),
    *((("on-scale" if n < 4 else "on-scale-deep"), f"scale-{n}") for n in range(6)),
]  # fmt: skip


def theme(name):
    blocks = dict(re.findall(r"^(:root|\[data-theme=\"\w+\"\]) \{(.*?)^\}", CSS, re.S | re.M))
    colours = {}
    for block in (":root", f'[data-theme="{name}"]'):
        colours |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks.get(block, "")))
    return colours


def light(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return sum(w * (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4)
               for w, p in zip((0.2126, 0.7152, 0.0722), parts, strict=True))  # fmt: skip


@pytest.mark.parametrize("name", ["light", "dark", "elder"])
@pytest.mark.parametrize(("text", "under"), PAIRS)
def test_text_contrast_is_at_least_four_and_a_half(name, text, under):
    bright, dim = sorted((light(theme(name)[text]), light(theme(name)[under])), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 4.5


def test_colours_are_written_in_tokens_only():
    look = (Path(__file__).parent.parent / "static/look/look.css").read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", look) == []
