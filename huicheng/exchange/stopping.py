"""Why work that somebody left behind was stopped 停下的原因: one name each, and words for it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

WORDS = {
    "KeyRevoked": gettext_noop("所用的接口密钥已被吊销"),
    "KeyExpired": gettext_noop("所用的接口密钥已过期"),
    "KeyGone": gettext_noop("所用的接口密钥已不存在"),
    "AccountClosed": gettext_noop("经办人的账户已停用"),
    "AccountGone": gettext_noop("经办人的账户已不存在"),
    "DutyWithdrawn": gettext_noop("经办人已不再担任所需的职责"),
    "MovedAway": gettext_noop("经办人已调离本部门"),
    "NotYours": gettext_noop("经办人已不能向这项资源交付"),
    "NoGrant": gettext_noop("没有授权"),
    "AccessDenied": gettext_noop("没有授权"),
    "GrantRevoked": gettext_noop("授权已撤销"),
    "GrantExpired": gettext_noop("授权已到期"),
    "CaseNumberMissing": gettext_noop("授权要求写明办件编号"),
    "OnlyAggregates": gettext_noop("授权只用于统计"),
    "CannotFollow": gettext_noop("数据的主键或更新方式变了，说不出哪一行变了"),
    "ChangesExpired": gettext_noop("那一版数据已不再保存"),
    "UnknownResource": gettext_noop("资源已退役"),
    "NoData": gettext_noop("这份数据还没有交付"),
    "BadAddress": gettext_noop("不能送到这个地址"),
    "Gone": gettext_noop("对方不再接收（410）"),
    "PrivateAddress": gettext_noop("地址在内网"),
    "ConnectionRefusedError": gettext_noop("对方没有应答"),
    "TimeoutError": gettext_noop("对方没有及时答复"),
    "ConnectionResetError": gettext_noop("对方断开了连接"),
    "RemoteDisconnected": gettext_noop("对方断开了连接"),
    "gaierror": gettext_noop("找不到对方的主机"),
    "SSLCertVerificationError": gettext_noop("对方的证书不可信"),
    "QuotaExceeded": gettext_noop("授权的配额用完了，有余量时再送"),
    "ByHand": gettext_noop("本部门暂停了它"),
    "ChangesTooLong": gettext_noop("比较两版数据用时太久"),
    "ChangesFailed": gettext_noop("两版数据比较不了"),
    "Unknown": gettext_noop("没有人能证明经办人现在的身份"),
    "IncompleteRead": gettext_noop("对方的应答没有送完"),
    "OSError": gettext_noop("网络不通"),
    "BrokenPipeError": gettext_noop("对方断开了连接"),
    "ConnectionAbortedError": gettext_noop("对方断开了连接"),
    "BadStatusLine": gettext_noop("对方答的不是 HTTP"),
    "LineTooLong": gettext_noop("对方答的不是 HTTP"),
    "HTTPException": gettext_noop("对方答的不是 HTTP"),
    "SSLError": gettext_noop("与对方的加密连接没有建成"),
    "SSLEOFError": gettext_noop("与对方的加密连接没有建成"),
    "SSLZeroReturnError": gettext_noop("与对方的加密连接没有建成"),
    "AttributeError": gettext_noop("对方没有及时答复"),
    "UnicodeError": gettext_noop("地址写得不对"),
    "UnicodeEncodeError": gettext_noop("地址写得不对"),
}


def why_stopped(reason: str) -> str:
    if reason.startswith("HTTP "):
        return _("对方答了 %(status)s") % {"status": reason.removeprefix("HTTP ")}
    if reason and reason not in WORDS:
        return _("平台没有料到的原因（%(name)s）") % {"name": reason}
    return _(WORDS[reason]) if reason else ""
