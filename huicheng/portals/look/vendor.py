"""Copy the scripts that pages load out of node_modules: `python -m huicheng.portals.look.vendor`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE / "static" / "vendor"
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "maplibre-gl-csp.js": "maplibre-gl/dist/maplibre-gl-csp.js",
    "maplibre-gl-csp-worker.js": "maplibre-gl/dist/maplibre-gl-csp-worker.js",
    "maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
}


class ScriptsMissing(Exception):
    """node_modules lacks a script that pages load."""


def copy(modules: Path | None = None) -> list[Path]:
    """Copy what changed; running it twice does nothing the second time."""
    modules = modules or HERE.parents[2] / "node_modules"
    absent = [source for source in FILES.values() if not (modules / source).exists()]
    if absent:
        raise ScriptsMissing(f"{modules} lacks {', '.join(absent)}: run npm ci --ignore-scripts first")
    TARGET.mkdir(exist_ok=True)
    copied = []
    for name, source in FILES.items():
        origin, target = modules / source, TARGET / name
        if not target.exists() or target.stat().st_size != origin.stat().st_size:
            shutil.copyfile(origin, target)
            copied.append(target)
    return copied


if __name__ == "__main__":
    try:
        copy()
    except ScriptsMissing as error:
        sys.exit(str(error))
