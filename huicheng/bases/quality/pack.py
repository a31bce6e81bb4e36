"""数据质量: what fusion counts about every delivered field, how it went over time, and which rows are behind."""

from huicheng.bases.shapes import GONE_WITH_ITS_SOURCE
from huicheng.exchange.api import Field, Resource

title, owner = "数据质量", "shuju"

CATEGORY = "主题/公共服务"
WHOSE = (
    Field("department", "部门", "text"),
    Field("resource", "资源", "text"),
    Field("field", "字段", "text"),
)
COUNTS = (
    Field("rows", "行数", "integer", meaning="说到这个字段的行"),
    Field("filled", "已填", "integer", meaning="“无”“不详”“N/A”算没有填"),
    Field("valid", "有效", "integer", meaning="已填，而且符合标准或代码表"),
    Field("repeated", "重复", "integer", meaning="有效，但同一资源里另一行也是这个值；只数应当唯一的字段"),
    Field("compared", "可比", "integer", meaning="有效，基础库的值来自另一部门，两边说的是同一件事"),
    Field("consistent", "与基准一致", "integer", meaning="可比，而且意思相同"),
    Field("median_on", "登记日期中位数", "date", meaning="一半的有效值登记在这一天之后"),
)

quality = Resource(
    code="stat.quality",
    title="数据质量",
    owner="shuju",
    summary="各部门交付数据逐字段的完整、有效、唯一、一致与及时情况。",
    category=CATEGORY,
    update="daily",
    share="unconditional",
    openness="unconditional",
    licence="CC BY 4.0",
    source="数据清洗融合平台",
    fields=(*WHOSE, *COUNTS),
)

quality_history = Resource(
    code="stat.quality_history",
    title="数据质量历次",
    owner="shuju",
    summary="每次融合时各字段的质量，记着用的是哪一次交付，供看变化。",
    category=CATEGORY,
    mode="append",
    update="daily",
    share="unconditional",
    openness="unconditional",
    licence="CC BY 4.0",
    source="数据清洗融合平台",
    fields=(
        *WHOSE,
        *COUNTS,
        Field("delivery", "交付", "text", meaning="融合时这个资源最近的一次交付"),
        Field("measured_on", "融合日期", "date"),
        Field("run", "融合运行", "text"),
    ),
)

quality_rows = Resource(
    code="base.quality_rows",
    title="质量问题所在的行",
    owner="shuju",
    summary="每个字段每种问题举出的行号；不含任何值，行号对着部门自己的文件。",
    category=CATEGORY,
    update="daily",
    share="unconditional",
    fields=(
        *WHOSE,
        Field(
            "what", "问题", "text", meaning="empty 没填，invalid 不合规，repeated 重复，differs 与基准不同"
        ),
        Field("delivery", "交付", "text"),
        Field("row", "行号", "integer"),
        Field("other", "基准来自", "text", meaning="与谁的值不同"),
    ),
    retention_days=30,
    erasure=GONE_WITH_ITS_SOURCE,
)
