"""The two tables that every register has beside itself: where its values come from, and which rows are whose."""

from collections.abc import Mapping

from huicheng.exchange.api import About, Field, Resource

ABOUT: Mapping[str, About] = {"people": "person", "firms": "firm", "houses": "house"}
GONE_WITH_ITS_SOURCE = "随来源记录删除，下次融合时消失"
CONDITION = "因履行法定职责需要核实来源，写明用途、事项和期限，经提供方审核后按字段授予"
ONLY_FOR_MATCHING = "《中华人民共和国个人信息保护法》第六条：只用于比对，不提供给其他部门"


def provenance(kind: str, *, noun: str, summary: str, category: str) -> Resource:
    """``base.<kind>_fields``: each value of each field, the losing ones too."""
    return Resource(
        code=f"base.{kind}_fields",
        about=ABOUT[kind],
        subject="base_id",
        title=f"{noun}库字段溯源",
        owner="shuju",
        summary=summary,
        category=category,
        update="daily",
        share="conditional",
        share_condition=CONDITION,
        key=("base_id", "field", "department"),
        fields=(
            Field("base_id", f"{noun}库标识", "text", required=True),
            Field("field", "字段", "text", required=True),
            Field("value", "值", "text", sensitivity="personal", mask="hide"),
            Field("department", "来源部门", "text"),
            Field("resource", "来源资源", "text"),
            Field("delivery", "交付", "text"),
            Field("row", "行号", "integer"),
            Field("as_of", "截至", "date"),
            Field("rule", "规则", "text"),
            Field("score", "分值", "number"),
            Field("chosen", "采用", "boolean"),
        ),
        retention_days=30,
        erasure=GONE_WITH_ITS_SOURCE,
    )


def links(kind: str, *, noun: str, summary: str, category: str, row_key: Field) -> Resource:
    """``base.<kind>_links``: source row → base id; ``row_key`` says how sensitive that key is."""
    return Resource(
        code=f"base.{kind}_links",
        about=ABOUT[kind],
        subject="base_id",
        title=f"{noun}库关联",
        owner="shuju",
        summary=summary,
        category=category,
        update="daily",
        share="none",
        share_basis=ONLY_FOR_MATCHING,
        key=("resource", "row_key"),
        fields=(
            Field("resource", "来源资源", "text", required=True),
            row_key,
            Field("delivery", "交付", "text"),
            Field("row", "行号", "integer"),
            Field("base_id", f"{noun}库标识", "text"),
            Field("rule", "规则", "text"),
            Field("score", "分值", "number"),
        ),
        retention_days=30,
        erasure=GONE_WITH_ITS_SOURCE,
    )
