"""The sentences behind the problem codes. A code is data and must never change; its words may."""

from __future__ import annotations


def _(sentence: str) -> str:
    """Marks a sentence for xgettext; it is translated when it is read, not here."""
    return sentence


SENTENCES = {
    "missing": _("必填项为空。请补充后重新交付。"),
    "text.unreadable": _("文字含有乱码或控制字符，多为编码选错。请按源文件的编码重新导出。"),
    "integer.form": _("不是整数。请只填数字，不要带单位或说明。"),
    "number.form": _("不是数值。请只填数字，不要带单位或说明。"),
    "boolean.form": _("不是“是/否”。请填 是、否、1、0、true 或 false。"),
    "date.form": _("看不出是哪一天。请用 2020-01-05 这样的写法。"),
    "date.impossible": _("日历上没有这一天。请核对年、月、日。"),
    "date.range": _("日期早于1850年或晚于2100年，已不采用。请核对年份。"),
    "datetime.form": _("看不出是什么时间。请用 2020-01-05 08:30:00 这样的写法。"),
    "money.form": _("看不出金额。请填数字，可带“万元”“元”和币种。"),
    "money.currency": _("认不出币种，无法折成人民币。请注明币种。"),
    "money.foreign": _("外币金额，已按参考汇率折成人民币元。需要精确数时请填人民币。"),
    "person_id.length": _("公民身份号码应为18位（旧号15位）。请核对是否漏字或多字。"),
    "person_id.characters": _("公民身份号码只能是数字，末位可为X。请核对原件。"),
    "person_id.date": _("公民身份号码第7至14位不是一个真实的出生日期。请核对原件。"),
    "person_id.sequence": _("公民身份号码的顺序码为000，不会被编出。请核对原件。"),
    "person_id.check": _("公民身份号码末位校验不符，号码中至少有一位写错。请核对原件。"),
    "person_id.division": _("公民身份号码前6位不在现行或历史行政区划代码中，已保留并标记。请核对原件。"),
    "person_id.upgraded": _("15位旧身份号码，已升为18位并标记。请以现行证件为准。"),
    "credit_code.length": _("统一社会信用代码应为18位。请核对是否漏字或多字。"),
    "credit_code.characters": _("统一社会信用代码只用数字和大写字母，且不用 I、O、Z、S、V。请核对执照。"),
    "credit_code.authority": _(
        "统一社会信用代码前两位不是已知的登记管理部门和机构类别，已保留并标记。请核对执照。"
    ),
    "credit_code.division": _("统一社会信用代码第3至8位不是数字。请核对执照。"),
    "credit_code.organisation": _(
        "统一社会信用代码第9至17位（组织机构代码）校验不符，已保留并标记。请核对执照。"
    ),
    "credit_code.check": _("统一社会信用代码末位校验不符，代码中至少有一位写错。请核对执照。"),
    "organisation_code.form": _("组织机构代码应为8位数字或大写字母加1位校验。请核对。"),
    "organisation_code.check": _("组织机构代码末位校验不符。请核对。"),
    "taxpayer.form": _("纳税人识别号应为18位、15位或20位。请核对。"),
    "phone.form": _("不是电话号码。请填11位手机号，或带区号的固定电话。"),
    "phone.invented": _("号码是同一数字或顺数，像是随手填的。请填真实号码。"),
    "phone.old": _("7位旧号码，已标记；沈阳固定电话现为8位。请更新。"),
    "person_name.form": _("姓名应为2至15个汉字，或带间隔号、字母的外文姓名。请核对。"),
    "person_name.invented": _("像是测试或占位用的姓名。请填真实姓名。"),
    "firm_name.form": _("单位名称太短或没有汉字、字母。请填登记的全称。"),
    "firm_name.invented": _("像是测试或占位用的单位名称。请填登记的全称。"),
    "address.form": _("地址太短或没有汉字。请填到路名门牌或小区楼栋。"),
    "address.invented": _("像是测试或占位用的地址。请填真实地址。"),
    "address.vague": _("地址只到区县或更粗，已保留并标记。请补充路名门牌或小区楼栋。"),
    "address.district": _("从地址看不出属于哪个区县，已保留并标记。请补充区县。"),
    "address.conflict": _("地址里的两个区县名互相矛盾，已按前一个处理并标记。请核对。"),
    "division.unknown": _("不是现行或历史的行政区划代码或名称。请核对。"),
    "division.ambiguous": _("同名的行政区划不止一个。请写明上级或改用代码。"),
    "division.former": _("已撤销的行政区划，已换成现在的代码并标记。请更新。"),
    "code.unknown": _("不在代码表中。请对照代码表填写代码或名称。"),
}

DOUBTS = frozenset(
    {
        "money.foreign",
        "person_id.division",
        "person_id.upgraded",
        "credit_code.authority",
        "credit_code.organisation",
        "phone.old",
        "address.vague",
        "address.district",
        "address.conflict",
        "division.former",
    }
)
