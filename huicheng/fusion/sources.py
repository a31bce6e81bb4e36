"""What each department's columns mean to fusion, and whom it believes: data, each line with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Source:
    """`fields`: our word = the resource's field. `as_of` dates a row; `family_phone`: the number is the guardian's.

    `facts`: columns that speak of something else than the register's field of that name; they may stand in for it,
    but are never held against it. `unique`: the field that no two rows should share.
    `only`: fields that a row speaks of only when another of its columns names the right business."""

    resource: str
    kind: str
    department: str
    fields: Mapping[str, str]
    as_of: str = ""
    key: str = ""
    family_phone: bool = False
    hints: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    unique: str = ""
    only: Mapping[str, str] = field(default_factory=dict)

    def fact(self, name: str) -> str:
        """What a value of this field tells: most often what the field is called."""
        return self.facts.get(name, name)

    @property
    def table(self) -> str:
        return f"raw.{self.resource}"


def _fields(text: str) -> dict[str, str]:
    pairs = (word.partition("=") for word in text.split())
    return {ours: theirs or ours for ours, _, theirs in pairs}


SOURCES = (
    Source(
        "police_households",
        "people",
        "gongan",
        _fields("id_number name sex birth_date ethnicity household_no relation address phone status"),
        "registered_on",
        hints={"district": "district"},
        facts={"address": "registered_address"},
        unique="id_number",
    ),
    Source(
        "civil_records",
        "people",
        "minzheng",
        _fields("id_number name sex birth_date marital=kind partner_name address phone"),
        "happened_on",
        only={"marital": "kind", "partner_name": "kind"},
    ),
    Source(
        "insurance_members",
        "people",
        "renshe",
        _fields("id_number name birth_date employer_code employer_name address phone"),
        "updated_on",
        "person_no",
        unique="id_number",
    ),
    Source(
        "health_files",
        "people",
        "weijian",
        _fields("id_number name sex birth_date address phone blood_type"),
        "updated_on",
        "file_no",
        unique="id_number",
    ),
    Source(
        "school_rolls",
        "people",
        "jiaoyu",
        _fields("id_number name sex birth_date school grade address phone=guardian_phone"),
        "updated_on",
        "roll_no",
        family_phone=True,
        facts={"phone": "guardian_phone"},
        unique="id_number",
    ),
    Source(
        "firm_registrations",
        "firms",
        "shichang",
        _fields(
            "credit_code name registered_on kind capital_yuan=capital scope address legal_person legal_person_id "
            "status"
        ),
        "registered_on",
        "credit_code",
        unique="credit_code",
    ),
    Source(
        "tax_payers",
        "firms",
        "shuiwu",
        _fields("credit_code=taxpayer_no name address legal_person phone industry registered_on status"),
        "registered_on",
        facts={"registered_on": "tax_registered_on", "address": "business_address"},
        unique="credit_code",
    ),
    Source(
        "insured_employers",
        "firms",
        "renshe",
        _fields("credit_code name address phone members"),
        "updated_on",
        "unit_no",
        unique="credit_code",
    ),
    Source(
        "property_titles",
        "houses",
        "fangchan",
        _fields("house_code address area use built_year owner_name owner_id"),
        "registered_on",
        "title_no",
    ),
    Source(
        "police_addresses",
        "houses",
        "gongan",
        _fields("address lng lat residents"),
        "",
        "address_code",
        hints={"district": "district", "community": "community"},
    ),
    Source(
        "property_taxes",
        "houses",
        "shuiwu",
        _fields("address area owner_name owner_id"),
        "updated_on",
        "tax_no",
    ),
)


def sources(kind: str) -> tuple[Source, ...]:
    return tuple(source for source in SOURCES if source.kind == kind)


@dataclass(frozen=True)
class Authority:
    """Who is believed first about a field; departments joined by `=` are equals, and the fresher row wins."""

    kind: str
    field: str
    order: str
    reason: str

    def rank(self, resource: str) -> int:
        for rank, equals in enumerate(self.order.split()):
            if resource in equals.split("="):
                return rank
        return 14


_OTHERS = "insurance_members=health_files=civil_records"
AUTHORITY = (
    Authority("people", "id_number", f"police_households {_OTHERS} school_rolls", "公安机关编制公民身份号码"),
    Authority(
        "people", "name", f"police_households {_OTHERS} school_rolls", "姓名以户口登记为准，改名在公安办理"
    ),
    Authority("people", "sex", f"police_households {_OTHERS} school_rolls", "户口登记项目"),
    Authority(
        "people", "birth_date", f"police_households {_OTHERS} school_rolls", "户口登记项目，与身份号码互校"
    ),
    Authority("people", "ethnicity", "police_households", "户口登记项目"),
    Authority("people", "relation", "police_households", "户口登记项目"),
    Authority("people", "household_no", "police_households", "户号由公安编制"),
    Authority(
        "people",
        "address",
        f"{_OTHERS}=school_rolls police_households",
        "户籍地常不是现住地，现住址以最近一次在别处登记的为准",
    ),
    Authority(
        "people",
        "phone",
        "insurance_members=health_files=civil_records police_households",
        "谁最近联系过本人，谁的号码新；学籍上的是监护人电话，不用",
    ),
    Authority("people", "marital", "civil_records", "婚姻登记机关"),
    Authority("people", "status", "police_households", "死亡、迁出以户口注销为准"),
    Authority("people", "partner_name", "civil_records", "婚姻登记机关"),
    Authority("people", "employer_code", "insurance_members", "参保单位即用人单位"),
    Authority("people", "employer_name", "insurance_members", "参保单位即用人单位"),
    Authority("people", "school", "school_rolls", "学籍主管部门"),
    Authority("people", "grade", "school_rolls", "学籍主管部门"),
    Authority("people", "blood_type", "health_files", "医疗机构检验"),
    Authority("firms", "credit_code", "firm_registrations tax_payers insured_employers", "登记机关赋码"),
    Authority("firms", "name", "firm_registrations tax_payers insured_employers", "名称以登记为准"),
    Authority(
        "firms", "registered_on", "firm_registrations tax_payers", "成立日期以登记为准，税务登记晚若干天"
    ),
    Authority("firms", "kind", "firm_registrations", "登记事项"),
    Authority("firms", "capital_yuan", "firm_registrations", "登记事项"),
    Authority("firms", "scope", "firm_registrations", "登记事项"),
    Authority("firms", "address", "firm_registrations tax_payers=insured_employers", "住所是登记事项"),
    Authority("firms", "legal_person", "firm_registrations tax_payers", "登记事项"),
    Authority("firms", "legal_person_id", "firm_registrations", "登记事项"),
    Authority("firms", "phone", "insured_employers=tax_payers", "经办人常用号码"),
    Authority("firms", "status", "firm_registrations tax_payers", "存续、注销以登记为准；税务注销常滞后"),
    Authority("firms", "industry", "tax_payers", "税务按国民经济行业分类核定"),
    Authority("firms", "members", "insured_employers", "参保人数"),
    Authority("houses", "house_code", "property_titles", "房产部门编制房屋编码"),
    Authority("houses", "address", "police_addresses property_titles property_taxes", "公安标准地址逐户实测"),
    Authority("houses", "area", "property_titles property_taxes", "以测绘登记面积为准"),
    Authority("houses", "use", "property_titles", "登记用途"),
    Authority("houses", "built_year", "property_titles", "登记事项"),
    Authority("houses", "owner_name", "property_titles property_taxes", "权属以不动产登记为准"),
    Authority("houses", "owner_id", "property_titles property_taxes", "权属以不动产登记为准"),
    Authority("houses", "lng", "police_addresses", "门牌实测"),
    Authority("houses", "lat", "police_addresses", "门牌实测"),
    Authority("houses", "residents", "police_addresses", "实有人口登记"),
)


def authority(kind: str) -> dict[str, Authority]:
    return {line.field: line for line in AUTHORITY if line.kind == kind}
