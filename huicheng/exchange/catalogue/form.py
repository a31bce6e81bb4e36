"""The form in which bureaux keep their catalogue 政务信息资源目录编制表: one line an item, as a workbook or any table.

Columns are the national core metadata (发改高技〔2017〕1272号) and six of ours. The first line of a resource carries
its particulars; the lines below it may leave them blank (merged cells) or repeat them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from huicheng.codes import api as codes
from huicheng.exchange.catalogue.editing import FORMAT, METHOD, OPENNESS, SHARE, UPDATE, problems
from huicheng.exchange.catalogue.entries import Entry
from huicheng.exchange.declarations import Field, Kind, Openness, Resource
from huicheng.exchange.harmless import harmful_cell, harmless_cell
from huicheng.exchange.reading.opening import open_source
from huicheng.exchange.refusals import MissingColumns
from huicheng.exchange.taking import as_texts
from huicheng.ground.api import department, departments

CATEGORY, TITLE, NUMBER = "信息资源分类", "信息资源名称", "信息资源代码"
OWNER, OWNER_CODE, SUMMARY = "信息资源提供方", "信息资源提供方代码", "信息资源摘要"
FORM_CLASS, FORM_TYPE = "信息资源格式分类", "信息资源格式类型"
ITEM, ITEM_NAME, LETTER, LENGTH, MEANING = "信息项名称", "英文名称", "数据类型", "数据长度", "信息项说明"
REQUIRED, KEY, SECRET, CODES = "必填", "主键", "敏感级别", "代码表"
SHARED, CONDITION, WAY = "共享类型", "共享条件", "共享方式"
OPEN, OPEN_CONDITION, CYCLE = "是否向社会开放", "开放条件", "更新周期"
PUBLISHED, RELATED, CONTACT, CODE = "发布日期", "关联资源代码", "联系方式", "标识"
COLUMNS = (
    CATEGORY, TITLE, NUMBER, OWNER, OWNER_CODE, SUMMARY, FORM_CLASS, FORM_TYPE, ITEM, ITEM_NAME, LETTER, LENGTH,
    MEANING, REQUIRED, KEY, SECRET, CODES, SHARED, CONDITION, WAY, OPEN, OPEN_CONDITION, CYCLE, PUBLISHED,
    RELATED, CONTACT, CODE,
)  # fmt: skip
OF_ITEM = frozenset((ITEM, ITEM_NAME, LETTER, LENGTH, MEANING, REQUIRED, KEY, SECRET, CODES))
NEEDED = (CATEGORY, TITLE, SUMMARY, ITEM, SHARED, CYCLE)
WIDTHS = {SUMMARY: 40, TITLE: 26, ITEM: 20, MEANING: 26, CONDITION: 30, CATEGORY: 22}
# What bureaux call a column elsewhere.
ALSO = {
    "资源分类": CATEGORY, "资源名称": TITLE, "目录名称": TITLE, "资源代码": NUMBER, "提供方": OWNER, "提供方代码": OWNER_CODE,
    "资源摘要": SUMMARY, "摘要": SUMMARY, "格式分类": FORM_CLASS, "格式类型": FORM_TYPE, "信息项": ITEM, "数据项名称": ITEM,
    "类型": LETTER, "长度": LENGTH, "说明": MEANING, "共享属性": SHARED, "共享方式分类": WAY, "共享方式类型": WAY,
    "开放属性": OPEN, "开放类型": OPEN, "更新频率": CYCLE, "关联资源": RELATED, "是否必填": REQUIRED,
}  # fmt: skip
# Letters of the national form and the words people write instead.
KINDS: Mapping[str, Kind] = {
    "C": "text", "N": "number", "Y": "money", "D": "date", "T": "datetime", "L": "boolean", "M": "text",
    "G": "text", "B": "number", "I": "integer", "F": "number", "字符型": "text", "字符串": "text",
    "数值型": "number", "货币型": "money", "日期型": "date", "日期时间型": "datetime", "逻辑型": "boolean",
    "备注型": "text", "通用型": "text", "双精度型": "number", "整型": "integer", "浮点型": "number",
}  # fmt: skip
# Text that is more than text: what an item is, told from its name. These are personal until an editor says otherwise.
MEANT: tuple[tuple[re.Pattern[str], Kind, bool], ...] = (
    (re.compile("身份证|公民身份号码|^证件号"), "person_id", True),
    (re.compile("统一社会信用代码"), "credit_code", False),
    (re.compile("(姓名|法定代表人|负责人|联系人)$"), "person_name", True),
    (re.compile("手机|电话"), "phone", True),
    (re.compile("地址|住址|住所"), "address", True),
    (re.compile("^(行政)?区划(代码)?$"), "division", False),
)
SECRETS = {"公开": "public", "内部": "internal", "个人信息": "personal"}
ON_APPLICATION = ("依申请开放", "受限开放", "有条件", "依申请")
YES, NO = ("1", "是", "y", "yes", "true", "√"), ("0", "否", "n", "no", "false", "")


@dataclass(frozen=True)
class Mistake:
    """``row`` counts the lines of the table below its heading, from 1."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Filled:
    """One resource of the form: ready, or with the mistakes that keep it back; ``lines`` are its rows as they came.

    ``presumed``: what was taken for granted where the form is silent, for its editor to look at.
    """

    spec: Resource | None
    mistakes: tuple[Mistake, ...]
    lines: tuple[Mapping[str, str], ...]
    first: int
    presumed: tuple[Mistake, ...] = ()


class _Wrong(Exception):
    """A cell that cannot be read; the message goes to the editor."""


def read_form(path: Path) -> Iterator[Filled]:
    """Every resource of the form in its order; nothing is stopped by one that is wrong."""
    source = open_source(path)
    header = [ALSO.get(name.partition("(")[0], name.partition("(")[0]) for name in source.header]
    lost = [name for name in NEEDED if name not in header]
    if lost:
        raise MissingColumns(
            source.name, _("缺少列：%(titles)s") % {"titles": "、".join(lost)},
            do=_("请用 huicheng catalogue export 导出的表格填写"), row=0,
        )  # fmt: skip
    for first, lines in _groups(_lines(source.chunks(), header)):
        yield filled_of(first, lines)


def _lines(chunks: Iterable[Any], header: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    for chunk in chunks:
        columns = [as_texts(column).to_pylist() for column in chunk.columns]
        for row, cells in zip(chunk.rows.tolist(), zip(*columns, strict=True), strict=True):
            line: dict[str, str] = {}
            for name, cell in zip(header, cells, strict=True):
                text = harmful_cell((cell or "").strip())
                line[name] = line.get(name) or text
            if any(line.values()):
                yield row, line


def _groups(lines: Iterable[tuple[int, dict[str, str]]]) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """A line belongs to the resource above it unless it names another."""
    first, held = 0, list[dict[str, str]]()
    for row, line in lines:
        if held and line.get(TITLE) and line[TITLE] != held[0].get(TITLE):
            yield first, held
            held = []
        first = first if held else row
        held.append(line)
    if held:
        yield first, held


def filled_of(first: int, lines: list[dict[str, str]]) -> Filled:
    """One resource of these lines, checked."""
    mistakes: list[Mistake] = []
    head = _head(first, lines, mistakes)
    items = [item for i, line in enumerate(lines) if (item := _item(first + i, line, mistakes))]
    read = {name: _cell(first, name, parse, head, mistakes) for name, parse in PARTICULARS.items()}
    if mistakes:
        return Filled(None, tuple(mistakes), tuple(lines), first)
    spec = _resource(head, items, read)
    mistakes = [Mistake(first, one.column, one.message) for one in problems(spec) if one.severe]
    return Filled(
        None if mistakes else spec, tuple(mistakes), tuple(lines), first, _presumed(first, lines, spec)
    )


def _presumed(first: int, lines: list[dict[str, str]], spec: Resource) -> tuple[Mistake, ...]:
    silent = {line.get(ITEM, "") for line in lines if not line.get(SECRET)}
    inner = [f.title for f in spec.fields if f.sensitivity == "internal" and f.title in silent]
    if not inner:
        return ()
    said = _("没有写敏感级别，先按内部处理，不向社会开放，别的部门要写明依据：%(what)s。要公开请写“公开”。")
    return (Mistake(first, SECRET, said % {"what": "、".join(inner)}),)


def _head(first: int, lines: list[dict[str, str]], mistakes: list[Mistake]) -> dict[str, str]:
    """The resource's particulars; a line below that repeats them must say the same."""
    head = {name: lines[0].get(name, "") for name in COLUMNS if name not in OF_ITEM}
    for i, line in enumerate(lines[1:], 1):
        for name, said in head.items():
            other = line.get(name, "")
            if not other or other == said:
                continue
            if not said:
                head[name] = other
                continue
            mistakes.append(Mistake(first + i, name, _other(name, said, other)))
    return head


def _other(name: str, said: str, other: str) -> str:
    counted = re.sub(r"\d+$", "", said) == re.sub(r"\d+$", "", other)
    given = {"said": said, "other": other}
    if name == NUMBER:
        return _("同一资源里有两个代码：“%(said)s”和“%(other)s”。") % given
    if counted:
        return _("上面是“%(said)s”，这里是“%(other)s”：像是下拉填充出来的。") % given
    return _("同一资源里写得不一样：上面是“%(said)s”，这里是“%(other)s”。") % given


def _cell(
    row: int, name: str, parse: Callable[[str], Any], line: Mapping[str, str], mistakes: list[Mistake]
) -> Any:
    try:
        return parse(line.get(name, ""))
    except _Wrong as wrong:
        mistakes.append(Mistake(row, name, str(wrong)))
        return None


def _one_of(table: Mapping[Any, tuple[str, str]], usual: Any = None) -> Callable[[str], Any]:
    """A code table's digit or its word, either way round: ``1``, ``无条件共享``, ``1 无条件共享``."""

    def parse(text: str) -> Any:
        if not text and usual is not None:
            return usual
        for key, (digit, word) in table.items():
            if text in (digit, word, key, f"{digit}{word}", f"{digit} {word}", f"{digit}.{word}"):
                return key
        said = "、".join(f"{digit} {_(word)}" for digit, word in table.values())
        raise _Wrong(_("认不出“%(text)s”，应是：%(said)s。") % {"text": text, "said": said})

    return parse


def _yes(text: str) -> bool:
    if text.lower() in YES or text.startswith("1"):
        return True
    if text.lower() in NO or text.startswith("0"):
        return False
    raise _Wrong(_("认不出“%(text)s”，请写 1（是）或 0（否）。") % {"text": text})


def _openness(text: str) -> Openness:
    """As bureaux write it: yes and no, their digits, or which kind of yes it is."""
    if text in ON_APPLICATION:
        return "conditional"
    if text.lower() in YES + NO:
        return "unconditional" if text.lower() in YES else "none"
    for key, (digit, word) in OPENNESS.items():
        if text == word or text.startswith(digit):
            return key
    said = "、".join(f"{digit} {_(word)}" for digit, word in OPENNESS.values())
    raise _Wrong(_("认不出“%(text)s”，应是：%(said)s。") % {"text": text, "said": said})


def _number(text: str) -> str:
    if text and ("/" not in text or len(text.partition("/")[0]) < 6):
        raise _Wrong(_("代码“%(text)s”太短：类 1 位、项 2 位、目 3 位，再加“/”和顺序号。") % {"text": text})
    return text


def _length(text: str) -> int | None:
    if not text:
        return None
    if re.fullmatch(r"\d{1,7}", text):
        return int(text)
    if found := re.match(r"\d+", text):
        raise _Wrong(_("“%(text)s”把单位写进了数字，只写 %(n)s。") % {"text": text, "n": found[0]})
    raise _Wrong(_("“%(text)s”不是数字。") % {"text": text})


def _kind(text: str) -> Kind:
    word = re.sub(r"[\s:：()（）]", "", text)
    found = KINDS.get(word) or KINDS.get(
        word.upper()[:1] if word[:1].isascii() else re.sub("[A-Z]$", "", word)
    )
    if found is None:
        raise _Wrong(
            _("认不出数据类型“%(text)s”，请写字母：C 字符、N 数值、D 日期、T 日期时间……") % {"text": text}
        )
    return found


def _secret(text: str) -> str:
    if text and text not in SECRETS:
        raise _Wrong(_("认不出“%(text)s”，应是：%(said)s。") % {"text": text, "said": "、".join(SECRETS)})
    return SECRETS.get(text, "")


PARTICULARS: Mapping[str, Callable[[str], Any]] = {
    FORM_CLASS: _one_of(FORMAT, "database"), SHARED: _one_of(SHARE), WAY: _one_of(METHOD, "database"),
    CYCLE: _one_of(UPDATE), OPEN: _openness, NUMBER: _number,
}  # fmt: skip
OF_AN_ITEM: Mapping[str, Callable[[str], Any]] = {
    LETTER: lambda text: _kind(text or "C"), LENGTH: _length, REQUIRED: _yes, KEY: _yes, SECRET: _secret,
}  # fmt: skip


def _item(row: int, line: Mapping[str, str], mistakes: list[Mistake]) -> tuple[Field, bool] | None:
    title = line.get(ITEM, "")
    if not title:
        if any(line.get(name) for name in (ITEM_NAME, LETTER, LENGTH)):
            mistakes.append(Mistake(row, ITEM, _("这一行没有信息项名称。")))
        return None
    read = {name: _cell(row, name, parse, line, mistakes) for name, parse in OF_AN_ITEM.items()}
    kind, personal = _meant(title, read[LETTER] or "text")
    field = Field(
        line.get(ITEM_NAME) or latin(title), title, kind, required=bool(read[REQUIRED]), length=read[LENGTH],
        meaning=line.get(MEANING, ""), codes=line.get(CODES) or None,
        sensitivity=read[SECRET] or ("personal" if personal else "internal"),
    )  # fmt: skip
    return field, bool(read[KEY])


def _meant(title: str, kind: Kind) -> tuple[Kind, bool]:
    if kind != "text":
        return kind, False
    return next(((meant, personal) for said, meant, personal in MEANT if said.search(title)), (kind, False))


def latin(title: str, *, most: int = 60) -> str:
    """A name that a table can have: 车牌号 → che_pai_hao."""
    spelt = "_".join(re.findall(r"[a-z0-9]+", "_".join(codes.syllables(title)).lower()))
    return (spelt if spelt[:1].isalpha() else f"x_{spelt}")[:most].rstrip("_")


def suggested_code(owner: str, title: str) -> str:
    """A code for a new entry that has none: gongan_hu_ji."""
    return latin(f"{owner}_{title}")


def _resource(head: Mapping[str, str], items: list[tuple[Field, bool]], read: Mapping[str, Any]) -> Resource:
    owner = _owner(head.get(OWNER_CODE, ""), head.get(OWNER, ""))
    related = tuple(one for one in re.split(r"[、,，;；\s]+", head.get(RELATED, "")) if one)
    return Resource(
        code=head.get(CODE) or latin(f"{owner}_{head[TITLE]}"), title=head[TITLE], owner=owner,
        fields=tuple(field for field, _key in items), key=tuple(field.name for field, key in items if key),
        summary=head.get(SUMMARY, ""), category=head.get(CATEGORY, ""), share=read[SHARED], openness=read[OPEN],
        update=read[CYCLE], share_condition=_unless(head, CONDITION, read[SHARED] == "none"),
        share_basis=head.get(CONDITION, "") if read[SHARED] == "none" else "", share_method=read[WAY],
        open_condition=head.get(OPEN_CONDITION, ""), format_class=read[FORM_CLASS],
        format_type=head.get(FORM_TYPE, ""), related=related, contact=head.get(CONTACT, ""),
    )  # fmt: skip


def _unless(head: Mapping[str, str], name: str, not_said: bool) -> str:
    return "" if not_said else head.get(name, "")


def _owner(code: str, name: str) -> str:
    """By our code, else by the department's full or short name; what is neither is left for the check to say."""
    by_name = {said: one.code for one in departments() for said in (one.name, one.short, one.code)}
    return by_name.get(code) or by_name.get(name) or code or name


def lines_of(entry: Entry) -> Iterator[dict[str, str]]:
    """An entry as lines of the form; the particulars stand on the first."""
    spec, owner = entry.spec, department(entry.spec.owner)
    head = {
        CATEGORY: spec.category, TITLE: spec.title, NUMBER: entry.info_code, OWNER: owner.name,
        OWNER_CODE: owner.code, SUMMARY: spec.summary, FORM_CLASS: _coded(FORMAT[spec.format_class]),
        FORM_TYPE: spec.format_type, SHARED: _coded(SHARE[spec.share]),
        CONDITION: spec.share_basis if spec.share == "none" else spec.share_condition,
        WAY: _coded(METHOD[spec.share_method]), OPEN: _coded(OPENNESS[spec.openness]),
        OPEN_CONDITION: spec.open_condition, CYCLE: _coded(UPDATE[spec.update]),
        PUBLISHED: entry.published_on, RELATED: "、".join(spec.related), CONTACT: spec.contact, CODE: spec.code,
    }  # fmt: skip
    secrets = {value: word for word, value in SECRETS.items()}
    for place, field in enumerate(spec.fields):
        item = {
            ITEM: field.title, ITEM_NAME: field.name, LETTER: field.letter, MEANING: field.meaning,
            LENGTH: str(field.size or ""), REQUIRED: "1" if field.required else "0", CODES: field.codes or "",
            KEY: "1" if field.name in spec.key else "0", SECRET: secrets[field.sensitivity],
        }  # fmt: skip
        yield (head if place == 0 else {}) | item


def _coded(pair: tuple[str, str]) -> str:
    return f"{pair[0]} {pair[1]}"


def write_form(lines: Iterable[Mapping[str, str]], *, more: Sequence[str] = ()) -> bytes:
    """A workbook with the form's heading, ``more`` columns behind it, and these lines."""
    from openpyxl import Workbook  # slow to load, and only forms need it

    book = Workbook(write_only=True)
    sheet = book.create_sheet("信息资源目录")
    sheet.freeze_panes = "C2"
    heads = (*COLUMNS, *more)
    for place, name in enumerate(heads, 1):
        letters = _letters(place)
        sheet.column_dimensions[letters].width = WIDTHS.get(name, 14)
    sheet.append([_heading(sheet, name) for name in heads])
    for line in lines:
        sheet.append([harmless_cell(line.get(name, "")) or None for name in heads])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _letters(place: int) -> str:
    return (chr(64 + (place - 1) // 26) if place > 26 else "") + chr(65 + (place - 1) % 26)


def _heading(sheet: Any, name: str) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    cell = WriteOnlyCell(sheet, value=name)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", start_color="E8EEF7")
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell
