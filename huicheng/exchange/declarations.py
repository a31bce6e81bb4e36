from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from huicheng.ground.api import Declaration

Kind = Literal[
    "text", "integer", "number", "date", "datetime", "boolean", "money", "person_id", "credit_code", "phone",
    "person_name", "firm_name", "address", "division", "code",
]  # fmt: skip
Sensitivity = Literal["public", "internal", "personal"]
Mode = Literal["replace", "append", "upsert"]
Update = Literal["realtime", "daily", "weekly", "monthly", "quarterly", "yearly"]
Share = Literal["none", "conditional", "unconditional"]
Mask = Literal["id", "name", "phone", "address", "hide"]

# How a personal value looks to those who may not see it, where the field does not say.
MASK_OF_KIND: Mapping[str, Mask] = {
    "person_id": "id", "person_name": "name", "phone": "phone", "address": "address",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """信息项. ``on_error`` says whether a value that fails its check sends the row back or is only noted."""

    name: str
    title: str
    kind: Kind
    required: bool = False
    meaning: str = ""
    codes: str | None = None
    sensitivity: Sensitivity = "public"
    on_error: Literal["refuse", "flag"] = "refuse"
    synonyms: tuple[str, ...] = ()
    mask: Mask | None = None

    @property
    def masking(self) -> Mask:
        return self.mask or MASK_OF_KIND.get(self.kind, "hide")


@dataclass(frozen=True)
class Resource(Declaration):
    """信息资源: a table with an owner, a schema, a share type and its duties of care."""

    code: str
    title: str
    owner: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    mode: Mode = "replace"
    summary: str = ""
    share: Share = "none"
    open: bool = False
    category: str = ""
    update: Update = "monthly"
    retention_days: int = 3650
    erasure: str = ""
    licence: str = ""
    source: str = ""

    @property
    def table(self) -> str:
        """Its table in the lake: what the platform makes is named as it is, what is delivered is ``raw.``."""
        return self.code if "." in self.code else f"raw.{self.code}"

    def field(self, name: str) -> Field:
        return next(f for f in self.fields if f.name == name)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Resource":
        fields = tuple(Field(**{**f, "synonyms": tuple(f["synonyms"])}) for f in data["fields"])
        return cls(**{**data, "fields": fields, "key": tuple(data["key"])})
