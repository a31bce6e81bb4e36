"""人口基础库: what five departments hold about residents, and the one register made of it."""

from typing import Final

from huicheng.bases.shapes import links, provenance
from huicheng.exchange.api import Field, Resource

title, owner = "人口基础库", "shuju"

CATEGORY = "基础/人口"
PERSONAL: Final = "personal"


def _id(name: str, title: str, *synonyms: str) -> Field:
    """Flagged, not refused: old and mistyped numbers are what fusion is there to mend."""
    return Field(
        name, title, "person_id", meaning="GB 11643", sensitivity=PERSONAL, on_error="flag", synonyms=synonyms
    )


def _name(title: str = "姓名", *synonyms: str) -> Field:
    return Field("name", title, "person_name", required=True, sensitivity=PERSONAL, synonyms=synonyms)


def _sex() -> Field:
    return Field("sex", "性别", "code", codes="sex", on_error="flag", meaning="GB/T 2261.1")


def _born(title: str = "出生日期", *synonyms: str) -> Field:
    return Field("birth_date", title, "date", sensitivity="internal", on_error="flag", synonyms=synonyms)


def _phone(name: str, title: str, *synonyms: str) -> Field:
    return Field(name, title, "phone", sensitivity=PERSONAL, on_error="flag", synonyms=synonyms)


def _address(title: str, *synonyms: str, required: bool = False) -> Field:
    return Field(
        "address",
        title,
        "address",
        required=required,
        sensitivity=PERSONAL,
        on_error="flag",
        synonyms=synonyms,
    )


def _updated(title: str = "更新日期") -> Field:
    return Field("updated_on", title, "date", on_error="flag")


police_households = Resource(
    code="police_households",
    about="person",
    subject="id_number",
    title="户籍人口信息",
    owner="gongan",
    summary="在本市登记常住户口的居民，每人一行，含户号、与户主关系和户籍地址。",
    category=CATEGORY,
    mode="replace",
    update="daily",
    share="conditional",
    share_condition="因履行法定职责需要，写明用途、事项和期限，经提供方审核后按字段授予",
    fields=(
        _id("id_number", "公民身份号码", "身份证号", "身份证号码"),
        _name(),
        _sex(),
        _born(),
        Field("ethnicity", "民族", "code", codes="ethnicity", on_error="flag", meaning="GB/T 3304"),
        Field("household_no", "户号", "text", sensitivity="internal", synonyms=("户籍号", "户口簿号")),
        Field("relation", "与户主关系", "text", synonyms=("户主关系",)),
        _address("户籍地址", "户口所在地", "住址", required=True),
        Field(
            "district", "行政区划", "division", on_error="flag", meaning="GB/T 2260", synonyms=("区划代码",)
        ),
        _phone("phone", "联系电话", "电话", "手机"),
        Field("registered_on", "登记日期", "date", on_error="flag"),
        Field("status", "状态", "text", meaning="正常、迁出或死亡"),
    ),
    retention_days=3650,
    erasure="注销户口满十年后由公安局申请删除",
)

civil_records = Resource(
    code="civil_records",
    about="person",
    subject="id_number",
    title="婚姻登记与救助对象",
    owner="minzheng",
    summary="婚姻登记、低保、残疾和高龄津贴的办理记录，一人可有多条。",
    category=CATEGORY,
    mode="replace",
    update="monthly",
    share="conditional",
    share_condition="因履行法定职责需要，写明用途、事项和期限，经提供方审核后按字段授予",
    openness="conditional",
    open_condition="限于社会政策研究的统计，不得用于商业营销，不得设法识别个人，成果注明数据来源",
    fields=(
        _id("id_number", "身份证号", "公民身份号码", "身份证号码"),
        _name(),
        _sex(),
        _born(),
        Field("kind", "业务类别", "text", synonyms=("类别", "业务类型")),
        Field("partner_name", "配偶姓名", "person_name", sensitivity=PERSONAL, on_error="flag"),
        _address("住址", "家庭住址"),
        _phone("phone", "电话", "联系电话"),
        Field("happened_on", "办理日期", "date", on_error="flag"),
    ),
    retention_days=3650,
    erasure="档案移交后由民政局申请删除",
)

insurance_members = Resource(
    code="insurance_members",
    about="person",
    subject="id_number",
    title="社会保险参保人",
    owner="renshe",
    summary="养老、失业、工伤保险的参保个人与其单位。",
    category=CATEGORY,
    mode="replace",
    update="monthly",
    share="conditional",
    share_condition="因履行法定职责需要，写明用途、事项和期限，经提供方审核后按字段授予",
    key=("person_no",),
    fields=(
        Field("person_no", "个人编号", "text", required=True, synonyms=("社保编号",)),
        _id("id_number", "证件号码", "身份证号", "公民身份号码"),
        _name(),
        _born("出生年月日", "出生日期"),
        Field("employer_code", "单位统一社会信用代码", "credit_code", on_error="flag"),
        Field("employer_name", "单位名称", "firm_name", on_error="flag"),
        _address("联系地址", "地址"),
        _phone("phone", "手机号码", "手机"),
        Field("status", "参保状态", "text"),
        _updated(),
    ),
    retention_days=3650,
    erasure="参保关系终止满十五年",
)

health_files = Resource(
    code="health_files",
    about="person",
    subject="id_number",
    title="居民健康档案",
    owner="weijian",
    summary="基层医疗机构建立的居民健康档案首页。",
    category=CATEGORY,
    mode="replace",
    update="monthly",
    share="conditional",
    share_condition="因履行法定职责需要，写明用途、事项和期限，经提供方审核后按字段授予",
    key=("file_no",),
    fields=(
        Field("file_no", "档案编号", "text", required=True, synonyms=("健康档案号",)),
        _id("id_number", "身份证件号", "身份证号", "公民身份号码"),
        _name(),
        _sex(),
        _born(),
        _address("现住址", "居住地址"),
        _phone("phone", "本人电话", "联系电话"),
        Field("blood_type", "血型", "text", sensitivity=PERSONAL),
        _updated("建档日期"),
    ),
    retention_days=10950,
    erasure="门诊与住院病历保存期满（十五年、三十年）",
)

school_rolls = Resource(
    code="school_rolls",
    about="person",
    subject="id_number",
    title="中小学学籍",
    owner="jiaoyu",
    summary="中小学在籍学生及其监护人。",
    category=CATEGORY,
    mode="replace",
    update="yearly",
    share="conditional",
    share_condition="因履行法定职责需要，写明用途、事项和期限，经提供方审核后按字段授予",
    key=("roll_no",),
    fields=(
        Field("roll_no", "学籍号", "text", required=True, sensitivity="internal", synonyms=("学籍编号",)),
        _id("id_number", "身份证件号", "身份证号", "公民身份号码"),
        _name("学生姓名", "姓名"),
        _sex(),
        _born(),
        Field("school", "学校名称", "text", synonyms=("学校",)),
        Field("grade", "年级", "text"),
        Field("guardian_name", "监护人姓名", "person_name", sensitivity=PERSONAL, on_error="flag"),
        _phone("guardian_phone", "监护人电话", "家长电话"),
        _address("家庭住址", "住址"),
        _updated(),
    ),
    retention_days=3650,
    erasure="毕业满十年",
)

people = Resource(
    code="base.people",
    about="person",
    subject="base_id",
    title="人口基础库",
    owner="shuju",
    summary="每位居民一行：各部门记录经清洗、比对、融合后的基准值。",
    category=CATEGORY,
    update="daily",
    share="conditional",
    share_condition="因履行法定职责需要，写明用途、事项和期限，经提供方审核后按字段授予",
    key=("base_id",),
    fields=(
        Field("base_id", "人口库标识", "text", required=True),
        Field("id_number", "公民身份号码", "person_id", sensitivity=PERSONAL),
        Field("name", "姓名", "person_name", sensitivity=PERSONAL),
        Field("sex", "性别", "code", codes="sex"),
        Field("birth_date", "出生日期", "date", sensitivity="internal"),
        Field("ethnicity", "民族", "code", codes="ethnicity", sensitivity="internal"),
        Field("district", "现居区县", "division"),
        Field("street", "街道", "division"),
        Field("community", "社区", "division"),
        Field("address", "现住址", "address", sensitivity=PERSONAL),
        Field("phone", "联系电话", "phone", sensitivity=PERSONAL),
        Field("household_no", "户号", "text", sensitivity="internal"),
        Field("marital", "婚姻状况", "text", sensitivity="internal"),
        Field("status", "状态", "text"),
        Field("employer_id", "工作单位", "text", sensitivity="internal"),
        Field("home_id", "现住房屋", "text", sensitivity=PERSONAL, mask="hide"),
        Field("school", "就读学校", "text", sensitivity="internal"),
        Field("sources", "来源", "text"),
        Field("rows", "来源行数", "integer"),
        Field("first_seen", "首次登记", "date"),
        Field("updated_on", "更新日期", "date"),
    ),
    retention_days=30,
    erasure="随来源记录删除，下次融合时消失",
)

people_fields = provenance(
    "people",
    noun="人口",
    summary="人口库每个值来自哪个部门、哪次交付、哪一行，落选的值也保留。",
    category=CATEGORY,
)

people_links = links(
    "people",
    noun="人口",
    summary="来源行与人口库标识的对应关系、所依规则和分值。",
    category=CATEGORY,
    row_key=Field("row_key", "来源行标识", "text", required=True, sensitivity="internal"),
)

relations = Resource(
    code="base.relations",
    about="person",
    subject="base_id",
    title="人口与户、房屋、单位关系",
    owner="shuju",
    summary="居民现住哪套房屋、在哪个户、受雇于哪家单位、担任哪家单位的法定代表人、拥有哪套房屋，每条关系都写明证据和来源。",
    category=CATEGORY,
    update="daily",
    share="none",
    share_basis="《中华人民共和国个人信息保护法》第六条：家庭、住处与工作单位只供本人查阅和比对核实，不提供给其他部门",
    key=("base_id", "relation", "other_id"),
    fields=(
        Field("base_id", "人口库标识", "text", required=True),
        Field(
            "relation", "关系", "text", required=True,
            meaning="现住、同户、受雇、法定代表人或拥有",
        ),
        Field("other_kind", "对方类别", "text", required=True, meaning="房屋、单位或户"),
        Field("other_id", "对方标识", "text", required=True, sensitivity=PERSONAL, mask="hide"),
        Field("evidence", "证据", "text", meaning="证件号、信用代码、地址、姓名与住处等"),
        Field("confidence", "可信度", "number"),
        Field("department", "来源部门", "text"),
        Field("resource", "来源资源", "text"),
        Field("delivery", "交付", "text"),
        Field("row", "行号", "integer"),
        Field("as_of", "截至", "date"),
    ),
    retention_days=30,
    erasure="随来源记录删除，下次融合时消失",
)  # fmt: skip

residents_by_age_district = Resource(
    code="stat.residents_by_age_district",
    title="常住居民按区县、年龄和性别",
    owner="shuju",
    summary="人口基础库的安全汇总，少于 5 人的格子不公布。",
    category="主题/公共服务",
    update="daily",
    share="unconditional",
    openness="unconditional",
    licence="CC BY 4.0",
    source="人口基础库融合结果（样例城市为生成数据）",
    fields=(
        Field("district", "区县代码", "division"),
        Field("district_name", "区县", "text"),
        Field("age_band", "年龄段", "text"),
        Field("sex", "性别", "code", codes="sex"),
        Field("residents", "人数", "integer"),
    ),
)
