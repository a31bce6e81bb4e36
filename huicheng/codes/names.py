"""Person names and firm names in one written form, with keys that bring like-sounding and like-written ones together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from huicheng.codes.files import TABLES, rows
from huicheng.codes.problems import Refused
from huicheng.codes.sounds import syllables
from huicheng.codes.text import half_width, simplified, without_blanks

DOTS = re.compile(r"[··•‧・•∙⋅﹒.．]+")
REMARK = re.compile(r"[(（〔\[【<《].*?[)）〕\]】>》]")
HAN = r"\u3400-\u9fff\U00020000-\U0003ffff"
CHINESE_NAME = re.compile(f"[{HAN}]{{2,6}}")
DOTTED_NAME = re.compile(f"[{HAN}A-Za-z]{{1,12}}(?:·[{HAN}A-Za-z]{{1,15}}){{1,4}}")
LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z'\-]*(?: [A-Za-z][A-Za-z'\-]*){1,5}")
INVENTED = re.compile(
    r"^(?:测试.*|.*测试(?:数据|员|用户)?\d*|无名氏?|不详|未知|未提供|无|暂无|空|没有|张三丰|某某+|.某某?|姓名|匿名|本人|同上|户主|新生儿|弃婴|"
    r"(.)\1+|null|none|test.*|n/?a|admin|x+|\d+|[?？*＊#]+)$",
    re.IGNORECASE,
)
UNREADABLE = re.compile(r"[\ufffd\ue000-\uf8ff\x00-\x08\x0b-\x1f]|[?？]{2,}|锟斤拷|烫烫")
# Characters a citizen card may bear but a keyboard may not: the common form beside the rare one.
VARIANTS = str.maketrans(
    "昇堃喆珮淼翀硏峯甯濬榖犇竝邨菓堦讚週鉅藴菴逹祕劲髙吕黒産産戸斉𬱖",
    "升坤哲佩淼翀研峰宁浚谷犇并村果阶赞周巨蕴庵达秘劲高吕黑产产户齐顗",
)


def person_name(text: str) -> str:
    """欧阳 娜娜 → 欧阳娜娜, 買買提．吐尔逊 → 买买提·吐尔逊, ＬＩ　Lei → LI Lei."""
    if UNREADABLE.search(text):
        raise Refused("text.unreadable")
    name = DOTS.sub("·", half_width(REMARK.sub("", text)).strip())
    if re.search(f"[{HAN}]", name):
        name = without_blanks(name)
    name = simplified(" ".join(name.split())).strip("·-_,;，。、 ")
    if not name or INVENTED.match(name):
        raise Refused("person_name.invented" if name else "person_name.form")
    if not (CHINESE_NAME.fullmatch(name) or DOTTED_NAME.fullmatch(name) or LATIN_NAME.fullmatch(name)):
        raise Refused("person_name.form")
    return name


def common_form(name: str) -> str:
    """The name with rare and variant characters replaced by the common ones: 陶喆 → 陶哲. For comparing only."""
    return name.translate(VARIANTS)


@lru_cache(200_000)
def sound_key(name: str) -> str:
    """Toneless pinyin with the sounds northerners and southerners confuse made equal: 张静 = 章晶."""
    return " ".join(_blurred(syllable) for syllable in syllables(simplified(name).replace("·", "")))


def _blurred(syllable: str) -> str:
    syllable = re.sub(r"^([zcs])h", r"\1", syllable.lower())
    return re.sub(r"([aei])ng$", r"\1n", syllable)


@dataclass(frozen=True)
class FirmName:
    name: str
    region: str
    brand: str
    trade: str
    form: str
    branch: str = ""

    @property
    def key(self) -> str:
        """What two spellings of one firm share: brand, trade and branch, without place and legal form."""
        return f"{self.brand}{self.trade}{self.branch}"


EDGES = " \t\"'“”‘’,;，。、"
FORMS = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|集团公司|总公司|公司|合伙企业|个人独资企业|专业合作社联合社|专业合作社|合作社|"
    r"事务所|研究院|研究所|设计院|经营部|经销处|经销部|营业部|服务部|服务中心|服务站|商行|商店|商场|超市|门市部|酒店|宾馆|饭店|餐厅|"
    r"工厂|总厂|厂|中心|协会|学会|学校|幼儿园|医院|诊所|药房|药店|银行|信用社|支行|农场|基金会|工作室|集团|部|店|站|社|所|院|行|处)$"
)
BRANCH = re.compile(
    r"^(.{4,}?(?:公司|厂|集团|银行|社|店|院|所|中心))(.{0,20}?(?:分公司|支公司|分厂|分店|分行|支行|分社|营业部|"
    r"经营部|办事处|分理处|门市部|销售处|营业厅|服务站|加油站))$"
)
QUALIFIERS = re.compile(r"[(]((?:普通|有限|特殊普通)合伙|集团|中国|原.{2,20}|.{2,6})[)]")


def firm_name(text: str) -> str:
    """Half-width, one kind of bracket, no blanks between Chinese characters."""
    if UNREADABLE.search(text):
        raise Refused("text.unreadable")
    name = simplified(half_width(text)).strip(EDGES)
    name = re.sub(r"[〔\[【﹝]", "(", name)
    name = re.sub(r"[〕\]】﹞]", ")", name)
    name = re.sub(r"\s*([()&])\s*", r"\1", " ".join(name.split()))
    name = re.sub(f"(?<=[{HAN}0-9)]) (?=[{HAN}0-9(])", "", name)
    name = _balanced(name).strip(EDGES)
    if INVENTED.match(name):
        raise Refused("firm_name.invented")
    if len(name) < 3 or not re.search(f"[{HAN}A-Za-z]", name):
        raise Refused("firm_name.form")
    return name


def _balanced(name: str) -> str:
    """Close what was opened, drop what was closed but never opened."""
    kept, open_ones = "", 0
    for character in name:
        if character == ")" and not open_ones:
            continue
        open_ones += (character == "(") - (character == ")")
        kept += character
    return kept + ")" * open_ones


def split_firm_name(text: str) -> FirmName:
    """地区 + 字号 + 行业 + 组织形式; a branch keeps its own words apart."""
    name = firm_name(text)
    body, branch = name, ""
    if found := BRANCH.match(name):
        body, branch = found.groups()
    region, rest = _region(body)
    brackets = "".join(
        word for word in QUALIFIERS.findall(rest) if word not in ("集团", "普通合伙", "有限合伙")
    )
    inner_region, brackets_left = _region(brackets)
    rest = QUALIFIERS.sub("", rest)
    form = FORMS.search(rest)
    rest, form_text = (rest[: form.start()], form.group()) if form and form.start() else (rest, "")
    brand, trade = _trade(rest)
    return FirmName(name, region or inner_region, brand, trade, form_text, brackets_left + branch)


@cache
def _regions() -> tuple[re.Pattern[str], re.Pattern[str]]:
    from huicheng.codes.divisions import region_words

    words = sorted(region_words(), key=len, reverse=True)
    joined = "|".join(map(re.escape, words))
    return re.compile(f"(?:中国)?(?:{joined})"), re.compile("中国")


def _region(name: str) -> tuple[str, str]:
    start = 0
    pattern, _ = _regions()
    while (found := pattern.match(name, start)) and found.end() < len(name):
        start = found.end()
        if start > 12:
            break
    return name[:start], name[start:]


@cache
def _trades() -> re.Pattern[str]:
    words = sorted((row["word"] for row in rows(TABLES / "trades.csv")), key=len, reverse=True)
    return re.compile("(?:" + "|".join(map(re.escape, words)) + ")")


def _trade(rest: str) -> tuple[str, str]:
    """The brand is at least two characters; the trade begins with the first known trade word after it."""
    found = _trades().search(rest, min(2, len(rest)))
    return (rest[: found.start()], rest[found.start() :]) if found else (rest, "")


def sound_keys(column: Any) -> Any:
    """`sound_key` of a column; each distinct name is read once."""
    import pyarrow as pa

    from huicheng.codes.columns import as_text

    encoded = as_text(column).dictionary_encode()
    keys = [sound_key(name) for name in encoded.dictionary.to_pylist()]
    return pa.array(keys, pa.string()).take(encoded.indices)
