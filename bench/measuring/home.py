"""A home of its own for what is measured, gone when the program ends. Imported before anything of the city's."""

import os
import sys
import tempfile
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]
_KEPT = tempfile.TemporaryDirectory(prefix="huicheng-bench-")
HOME = Path(_KEPT.name)

os.environ["HUICHENG_HOME"] = str(HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "huicheng.city.settings"
os.environ.pop("DATABASE_URL", None)
sys.path.insert(0, str(ROOT))
django.setup()
