"""房屋基础库: what three departments hold about dwellings, and the one register made of it."""

from typing import Final

from huicheng.bases.shapes import links, provenance
from huicheng.exchange.api import Field, Resource

title, owner = "房屋基础库", "shuju"

CATEGORY = "基础/自然资源和空间地理"
PERSONAL: Final = "personal"

property_titles = Resource(
    code="property_titles",
    about="house",
    subject="owner_id",
    title="房屋权属信息",
    owner="fangchan",
    summary="不动产权证登记的房屋、面积、用途与权利人。",
    category=CATEGORY,
    mode="replace",
    update="daily",
    share="conditional",
    share_condition="因履行法定职责需要，写明用途和事项，经提供方审核后按字段授予",
    key=("title_no",),
    fields=(
        Field(
            "title_no", "不动产权证号", "text", required=True, sensitivity="internal", synonyms=("权证号",)
        ),
        Field("house_code", "房屋编码", "text", synonyms=("房屋代码",)),
        Field("address", "坐落", "address", required=True, on_error="flag", synonyms=("房屋坐落", "地址")),
        Field("area", "建筑面积", "number", on_error="flag", meaning="平方米"),
        Field("use", "规划用途", "text", synonyms=("用途",)),
        Field("built_year", "建成年份", "integer", on_error="flag"),
        Field("owner_name", "权利人", "text", sensitivity=PERSONAL, mask="name"),
        Field("owner_id", "权利人证件号", "person_id", sensitivity=PERSONAL, on_error="flag"),
        Field("registered_on", "登记日期", "date", on_error="flag"),
    ),
    retention_days=3650,
    erasure="不动产登记资料永久保存，不删除",
)

police_addresses = Resource(
    code="police_addresses",
    title="标准地址",
    owner="gongan",
    summary="公安标准地址库：每户一条，含社区与坐标。",
    category=CATEGORY,
    mode="replace",
    update="monthly",
    share="unconditional",
    key=("address_code",),
    fields=(
        Field("address_code", "标准地址编码", "text", required=True, synonyms=("地址编码",)),
        Field("address", "详细地址", "address", required=True, on_error="flag", synonyms=("地址",)),
        Field("community", "社区名称", "text"),
        Field("community_code", "社区代码", "division", on_error="flag"),
        Field("district", "行政区划", "division", on_error="flag"),
        Field("lng", "经度", "number", on_error="flag"),
        Field("lat", "纬度", "number", on_error="flag"),
        Field("residents", "登记人数", "integer", on_error="flag"),
    ),
    retention_days=3650,
    erasure="地址撤销满五年",
)

property_taxes = Resource(
    code="property_taxes",
    about="house",
    subject="owner_id",
    title="房产税源",
    owner="shuiwu",
    summary="房产税的应税房产，每处一行，含纳税人、地址和面积。",
    category=CATEGORY,
    mode="replace",
    update="yearly",
    share="conditional",
    share_condition="因履行法定职责需要，写明用途和事项，经提供方审核后按字段授予",
    key=("tax_no",),
    fields=(
        Field("tax_no", "税源编号", "text", required=True),
        Field("address", "房屋地址", "address", required=True, on_error="flag", synonyms=("地址", "坐落")),
        Field("area", "建筑面积", "number", on_error="flag", meaning="平方米"),
        Field("owner_name", "纳税人", "text", sensitivity=PERSONAL, mask="name"),
        Field("owner_id", "证件号码", "text", sensitivity=PERSONAL, mask="id", meaning="身份号码或信用代码"),
        Field("updated_on", "更新日期", "date", on_error="flag"),
    ),
    retention_days=3650,
    erasure="税源注销满十年",
)

houses = Resource(
    code="base.houses",
    about="house",
    subject="base_id",
    mentions=("owner_person",),
    title="房屋基础库",
    owner="shuju",
    summary="每套房屋一行：权属、标准地址、税源融合后的基准值。",
    category=CATEGORY,
    update="daily",
    share="conditional",
    share_condition="因履行法定职责需要，写明用途和事项，经提供方审核后按字段授予",
    key=("base_id",),
    fields=(
        Field("base_id", "房屋库标识", "text", required=True),
        Field("house_code", "房屋编码", "text", sensitivity=PERSONAL, mask="hide"),
        Field("address", "标准地址", "address", sensitivity=PERSONAL),
        Field("district", "区县", "division"),
        Field("street", "街道", "division"),
        Field("community", "社区", "division"),
        Field("road", "道路", "text"),
        Field("number", "门牌", "text", sensitivity=PERSONAL, mask="hide"),
        Field("building", "楼栋", "text", sensitivity=PERSONAL, mask="hide"),
        Field("unit", "单元", "text", sensitivity=PERSONAL, mask="hide"),
        Field("room", "房号", "text", sensitivity=PERSONAL, mask="hide"),
        Field("area", "建筑面积", "number"),
        Field("use", "房屋用途", "text"),
        Field("built_year", "建成年份", "integer"),
        Field("owner_name", "权利人", "text", sensitivity=PERSONAL, mask="name"),
        Field("owner_person", "权利人标识", "text", sensitivity=PERSONAL, mask="hide"),
        Field("lng", "经度", "number", sensitivity="internal"),
        Field("lat", "纬度", "number", sensitivity="internal"),
        Field("residents", "登记人数", "integer"),
        Field("sources", "来源", "text"),
        Field("rows", "来源行数", "integer"),
        Field("first_seen", "首次登记", "date"),
        Field("updated_on", "更新日期", "date"),
    ),
    retention_days=30,
    erasure="随来源记录删除，下次融合时消失",
)

houses_fields = provenance(
    "houses", noun="房屋", summary="房屋库每个值来自哪个部门、哪次交付、哪一行。", category=CATEGORY
)

houses_links = links(
    "houses",
    noun="房屋",
    summary="来源行与房屋库标识的对应关系。",
    category=CATEGORY,
    row_key=Field("row_key", "来源行标识", "text", required=True),
)

houses_by_district = Resource(
    code="stat.houses_by_district",
    title="房屋按区县、用途和建成年代",
    owner="shuju",
    summary="房屋基础库的套数与面积，少于 5 套的格子不公布。",
    category="主题/城乡建设",
    update="daily",
    share="unconditional",
    openness="unconditional",
    licence="CC BY 4.0",
    source="房屋基础库融合结果（样例城市为生成数据）",
    fields=(
        Field("district", "区县代码", "division"),
        Field("district_name", "区县", "text"),
        Field("use", "房屋用途", "text"),
        Field("decade", "建成年代", "integer"),
        Field("houses", "套数", "integer"),
        Field("area", "建筑面积（平方米）", "number"),
    ),
)
