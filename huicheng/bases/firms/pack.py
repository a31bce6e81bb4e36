"""法人基础库: what three departments hold about firms, and the one register made of it."""

from typing import Final

from huicheng.bases.shapes import links, provenance
from huicheng.exchange.api import Field, Resource

title, owner = "法人基础库", "shuju"

CATEGORY = "基础/法人单位"
PERSONAL: Final = "personal"

firm_registrations = Resource(
    code="firm_registrations",
    about="firm",
    subject="credit_code",
    mentions=("legal_person_id",),
    title="企业登记信息",
    owner="shichang",
    summary="市场主体设立、变更登记的基本信息。",
    category=CATEGORY,
    mode="upsert",
    update="daily",
    share="unconditional",
    openness="conditional",
    open_condition="限于研究产业、核验合作单位，不得整体转让或再次发布，不得用于骚扰推销",
    key=("credit_code",),
    fields=(
        Field(
            "credit_code", "统一社会信用代码", "credit_code", required=True, meaning="GB 32100",
            synonyms=("信用代码", "社会信用代码"),
        ),
        Field("name", "企业名称", "firm_name", required=True, synonyms=("名称", "单位名称")),
        Field("registered_on", "注册日期", "date", on_error="flag", synonyms=("成立日期", "核准日期")),
        Field("kind", "企业类型", "text", synonyms=("类型", "主体类型")),
        Field("capital", "注册资金", "money", on_error="flag", synonyms=("注册资本",)),
        Field("scope", "经营范围", "text"),
        Field("province", "所在省份", "text", synonyms=("省份",)),
        Field("city", "地区", "text", synonyms=("城市",)),
        Field("address", "注册地址", "address", on_error="flag", synonyms=("住所", "地址")),
        Field("file_year", "文件年份", "integer", on_error="flag"),
        Field("legal_person", "法定代表人", "person_name", sensitivity=PERSONAL, on_error="flag"),
        Field("legal_person_id", "法定代表人证件号", "person_id", sensitivity=PERSONAL, on_error="flag"),
        Field("status", "经营状态", "text", synonyms=("状态",)),
    ),
    retention_days=3650,
    erasure="注销满二十年",
)  # fmt: skip

tax_payers = Resource(
    code="tax_payers",
    about="firm",
    subject="taxpayer_no",
    title="纳税人信息",
    owner="shuiwu",
    summary="税务登记的纳税人，含 2015 年以前的十五位识别号。",
    category=CATEGORY,
    mode="replace",
    update="monthly",
    share="conditional",
    share_condition="因履行法定职责需要，写明用途和事项，经提供方审核后按字段授予",
    fields=(
        Field(
            "taxpayer_no", "纳税人识别号", "text", meaning="18 位信用代码或旧 15 位识别号",
            synonyms=("税号",),
        ),
        Field("name", "纳税人名称", "firm_name", required=True, synonyms=("名称",)),
        Field("address", "生产经营地址", "address", on_error="flag", synonyms=("地址",)),
        Field("legal_person", "法定代表人", "person_name", sensitivity=PERSONAL, on_error="flag"),
        Field("phone", "电话", "phone", sensitivity=PERSONAL, on_error="flag"),
        Field("industry", "行业", "text", synonyms=("行业名称",)),
        Field("registered_on", "登记日期", "date", on_error="flag"),
        Field("status", "纳税人状态", "text"),
    ),
    retention_days=3650,
    erasure="注销满十年",
)  # fmt: skip

insured_employers = Resource(
    code="insured_employers",
    about="firm",
    subject="credit_code",
    title="参保单位",
    owner="renshe",
    summary="参加社会保险的单位与人数。",
    category=CATEGORY,
    mode="replace",
    update="monthly",
    share="conditional",
    share_condition="因履行法定职责需要，写明用途和事项，经提供方审核后按字段授予",
    key=("unit_no",),
    fields=(
        Field("unit_no", "单位编号", "text", required=True),
        Field("credit_code", "统一社会信用代码", "credit_code", on_error="flag", synonyms=("信用代码",)),
        Field("name", "单位名称", "firm_name", required=True, synonyms=("名称",)),
        Field("address", "单位地址", "address", on_error="flag"),
        Field("phone", "电话", "phone", sensitivity="internal", on_error="flag"),
        Field("members", "参保人数", "integer", on_error="flag"),
        Field("updated_on", "更新日期", "date", on_error="flag"),
    ),
    retention_days=3650,
    erasure="单位注销满十五年",
)

firms = Resource(
    code="base.firms",
    about="firm",
    subject="base_id",
    mentions=("legal_person_id",),
    title="法人基础库",
    owner="shuju",
    summary="每家单位一行：登记、税务、社保记录融合后的基准值。",
    category=CATEGORY,
    update="daily",
    share="unconditional",
    key=("base_id",),
    fields=(
        Field("base_id", "法人库标识", "text", required=True),
        Field("credit_code", "统一社会信用代码", "credit_code"),
        Field("name", "名称", "firm_name"),
        Field("registered_on", "成立日期", "date"),
        Field("kind", "类型", "text"),
        Field("capital_yuan", "注册资本（元）", "number"),
        Field("scope", "经营范围", "text"),
        Field("district", "区县", "division"),
        Field("address", "住所", "address"),
        Field("legal_person", "法定代表人", "person_name", sensitivity=PERSONAL),
        Field("legal_person_id", "法定代表人证件号", "person_id", sensitivity=PERSONAL),
        Field("status", "状态", "text"),
        Field("industry", "行业", "text"),
        Field("members", "参保人数", "integer"),
        Field("representative_id", "法定代表人的人口库标识", "text", sensitivity=PERSONAL, mask="hide"),
        Field("sources", "来源", "text"),
        Field("rows", "来源行数", "integer"),
        Field("first_seen", "首次登记", "date"),
        Field("updated_on", "更新日期", "date"),
    ),
    retention_days=30,
    erasure="随来源记录删除，下次融合时消失",
)

firms_fields = provenance(
    "firms", noun="法人", summary="法人库每个值来自哪个部门、哪次交付、哪一行。", category=CATEGORY
)

firms_links = links(
    "firms",
    noun="法人",
    summary="来源行与法人库标识的对应关系。",
    category=CATEGORY,
    row_key=Field("row_key", "来源行标识", "text", required=True),
)

firms_by_year_district = Resource(
    code="stat.firms_by_year_district",
    title="企业按成立年份和区县",
    owner="shuju",
    summary="法人基础库按成立年份与区县的户数，少于 5 户的格子不公布。",
    category="主题/城乡建设",
    update="daily",
    share="unconditional",
    openness="unconditional",
    licence="CC BY 4.0",
    source="法人基础库融合结果（样例城市为生成数据）",
    fields=(
        Field("year", "成立年份", "integer"),
        Field("district", "区县代码", "division"),
        Field("district_name", "区县", "text"),
        Field("firms", "户数", "integer"),
    ),
)

firms_by_industry = Resource(
    code="stat.firms_by_industry",
    title="企业按行业",
    owner="shuju",
    summary="法人基础库按行业的户数与参保人数，少于 5 户的格子不公布。",
    category="主题/公共服务",
    update="daily",
    share="unconditional",
    openness="unconditional",
    licence="CC BY 4.0",
    source="法人基础库融合结果（样例城市为生成数据）",
    fields=(
        Field("industry", "行业", "text"),
        Field("firms", "户数", "integer"),
        Field("members", "参保人数", "integer"),
    ),
)
