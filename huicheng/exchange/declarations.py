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
Openness = Literal["none", "conditional", "unconditional"]
About = Literal["", "person", "firm", "house"]
Mask = Literal["id", "name", "phone", "address", "hide"]
FormatClass = Literal["file", "sheet", "database", "image", "stream", "described", "service"]
ShareMethod = Literal["database", "file", "interface"]

# How a personal value looks to those who may not see it, where the field does not say.
MASK_OF_KIND: Mapping[str, Mask] = {
    "person_id": "id", "person_name": "name", "phone": "phone", "address": "address",
}  # fmt: skip

# The catalogue's letter of a data type (发改高技〔2017〕1272号): C text, N number, Y money, D date, T date and time,
# L yes or no, I whole number.
LETTER_OF_KIND: Mapping[str, str] = {
    "integer": "I", "number": "N", "date": "D", "datetime": "T", "boolean": "L", "money": "Y",
}  # fmt: skip
# What a standard fixes; elsewhere the declaration says it, or nobody does.
LENGTH_OF_KIND: Mapping[str, int] = {"person_id": 18, "credit_code": 18, "division": 12}


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
    length: int | None = None

    @property
    def letter(self) -> str:
        """The data type's letter in the national catalogue 数据类型."""
        return LETTER_OF_KIND.get(self.kind, "C")

    @property
    def size(self) -> int | None:
        """Characters at most 数据长度, where the standard or the declaration says."""
        return self.length or LENGTH_OF_KIND.get(self.kind)

    @property
    def masking(self) -> Mask:
        return self.mask or MASK_OF_KIND.get(self.kind, "hide")


@dataclass(frozen=True)
class Resource(Declaration):
    """信息资源: a table with an owner, a schema, a share type, an open attribute and its duties of care.

    ``share`` is for the other departments, ``openness`` for everybody else: 不予开放; 有条件开放 (its entry is public, its
    rows are for who applies and is granted them); 无条件开放. Rows are kept ``retention_days`` from the date in the field
    ``retention_by``, or else from their delivery.
    """

    code: str
    title: str
    owner: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    mode: Mode = "replace"
    summary: str = ""
    share: Share = "none"
    openness: Openness = "none"
    category: str = ""
    update: Update = "monthly"
    retention_days: int = 3650
    retention_by: str = ""
    erasure: str = ""
    licence: str = ""
    source: str = ""
    share_condition: str = ""
    share_basis: str = ""
    share_method: ShareMethod = "database"
    open_condition: str = ""
    format_class: FormatClass = "database"
    format_type: str = ""
    related: tuple[str, ...] = ()
    contact: str = ""
    about: About = ""
    subject: str = ""
    mentions: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Everybody may read it, whoever he is."""
        return self.openness == "unconditional"

    @property
    def listed(self) -> bool:
        """Everybody may know that it is there, what its columns mean and who may have it."""
        return self.openness in ("conditional", "unconditional")

    @property
    def about_people(self) -> bool:
        """A row may be somebody's: what society gets of it is sums over groups alone."""
        personal = {f.name for f in self.fields if f.sensitivity == "personal"}
        return self.about == "person" or self.subject in personal or bool(personal and not self.about)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The columns that say whom a row is about, whose row it is first; undeclared, those whose kind says so."""
        if self.subject:
            return (self.subject, *self.mentions)
        return tuple(
            f.name for f in self.fields if f.name == "base_id" or f.kind in ("person_id", "credit_code")
        )

    @property
    def table(self) -> str:
        """Its table in the lake: what the platform makes is named as it is, what is delivered is ``raw.``."""
        return self.code if "." in self.code else f"raw.{self.code}"

    @property
    def of_platform(self) -> bool:
        """Made by the platform out of what others delivered."""
        return "." in self.code

    def field(self, name: str) -> Field:
        return next(f for f in self.fields if f.name == name)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Resource":
        fields = tuple(Field(**{**f, "synonyms": tuple(f["synonyms"])}) for f in data["fields"])
        lists = {"key": tuple(data["key"]), "related": tuple(data.get("related", ()))}
        lists["mentions"] = tuple(data.get("mentions", ()))
        return cls(**{**_named_now(data), "fields": fields, **lists})


def _named_now(data: Mapping[str, Any]) -> dict[str, Any]:
    """Nodes of an earlier version, and backups, say of a resource that it is ``open`` or not."""
    if "open" not in data:
        return dict(data)
    said = {"openness": "unconditional" if data["open"] else "none"}
    return said | {name: value for name, value in data.items() if name != "open"}
