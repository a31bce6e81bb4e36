"""What each department hands over: the file, its headers in order, its way with dates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """One extract. `fields` are `field=header` in file order; the headers are the departments' own."""

    resource: str
    title: str
    department: str
    kind: str
    file: str
    fields: str
    dates: str = "dash"

    @property
    def names(self) -> list[str]:
        return [field.split("=")[0] for field in self.fields.split()]

    @property
    def headers(self) -> list[str]:
        return [field.split("=")[1] for field in self.fields.split()]


LAYOUTS = {
    layout.resource: layout
    for layout in (
        Layout(
            "police_households",
            "户籍人口",
            "gongan",
            "people",
            "police_households.csv",
            "id_number=公民身份号码 name=姓名 sex=性别 birth_date=出生日期 ethnicity=民族 "
            "household_no=户号 "
            "relation=与户主关系 address=户籍地址 district=行政区划 phone=联系电话 "
            "registered_on=登记日期 status=状态",
            "compact",
        ),
        Layout(
            "civil_records",
            "民政对象",
            "minzheng",
            "people",
            "civil_records.xlsx",
            "id_number=身份证号 name=姓名 sex=性别 birth_date=出生日期 kind=业务类别 "
            "partner_name=配偶姓名 address=住址 "
            "phone=电话 happened_on=办理日期",
            "slash",
        ),
        Layout(
            "insurance_members",
            "社会保险参保人",
            "renshe",
            "people",
            "insurance_members.tsv",
            "person_no=个人编号 id_number=证件号码 name=姓名 birth_date=出生年月日 "
            "employer_code=单位统一社会信用代码 "
            "employer_name=单位名称 address=联系地址 phone=手机号码 status=参保状态 updated_on=更新日期",
            "dash",
        ),
        Layout(
            "health_files",
            "居民健康档案",
            "weijian",
            "people",
            "health_files.parquet",
            "file_no=档案编号 id_number=身份证件号 name=姓名 sex=性别 birth_date=出生日期 "
            "address=现住址 phone=本人电话 "
            "blood_type=血型 updated_on=建档日期",
            "time",
        ),
        Layout(
            "school_rolls",
            "学籍",
            "jiaoyu",
            "people",
            "school_rolls.jsonl",
            "roll_no=学籍号 id_number=身份证件号 name=学生姓名 sex=性别 birth_date=出生日期 "
            "school=学校名称 grade=年级 "
            "guardian_name=监护人姓名 guardian_phone=监护人电话 address=家庭住址 updated_on=更新日期",
            "chinese",
        ),
        Layout(
            "firm_registrations",
            "企业登记",
            "shichang",
            "firms",
            "firm_registrations.csv",
            "name=企业名称 credit_code=统一社会信用代码 registered_on=注册日期 kind=企业类型 "
            "capital=注册资金 scope=经营范围 "
            "province=所在省份 city=地区 address=注册地址 file_year=文件年份 legal_person=法定代表人 "
            "legal_person_id=法定代表人证件号 status=经营状态",
            "dash",
        ),
        Layout(
            "tax_payers",
            "纳税人",
            "shuiwu",
            "firms",
            "tax_payers.sqlite",
            "taxpayer_no=纳税人识别号 name=纳税人名称 address=生产经营地址 legal_person=法定代表人 "
            "phone=电话 industry=行业 "
            "registered_on=登记日期 status=纳税人状态",
            "compact",
        ),
        Layout(
            "insured_employers",
            "参保单位",
            "renshe",
            "firms",
            "insured_employers.tsv",
            "unit_no=单位编号 credit_code=统一社会信用代码 name=单位名称 address=单位地址 phone=电话 "
            "members=参保人数 "
            "updated_on=更新日期",
            "dash",
        ),
        Layout(
            "property_titles",
            "房屋权属",
            "fangchan",
            "houses",
            "property_titles.csv",
            "title_no=不动产权证号 house_code=房屋编码 address=坐落 area=建筑面积 use=规划用途 "
            "built_year=建成年份 "
            "owner_name=权利人 owner_id=权利人证件号 registered_on=登记日期",
            "dash",
        ),
        Layout(
            "police_addresses",
            "标准地址",
            "gongan",
            "houses",
            "police_addresses.tsv",
            "address_code=标准地址编码 address=详细地址 community=社区名称 community_code=社区代码 "
            "district=行政区划 lng=经度 "
            "lat=纬度 residents=登记人数",
        ),
        Layout(
            "property_taxes",
            "房产税源",
            "shuiwu",
            "houses",
            "property_taxes.xlsx",
            "tax_no=税源编号 address=房屋地址 area=建筑面积 owner_name=纳税人 owner_id=证件号码 "
            "updated_on=更新日期",
            "slash",
        ),
    )
}
KINDS = ("people", "firms", "houses")


def resources(kind: str) -> list[str]:
    return [name for name, layout in LAYOUTS.items() if layout.kind == kind]
