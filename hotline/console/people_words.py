"""The console's words about people: why a log-in goes no further, how a session ended, what the audit log tells of."""

from collections.abc import Mapping

from hotline.console.words import Words
from hotline.rules.audit_chain import Break
from hotline.rules.passwords import LONGEST, PasswordFault
from hotline.tables.access import SessionEnd

# Why a page of the log-in, or of one's own password, is shown again.
LOG_IN_FAULTS: Mapping[str, Words] = {
    "wrong": Words("用户名或密码不正确，请重新输入。", "The user name or the password is not right. Please try again."),
    "locked_out": Words(
        "错误次数过多，此用户名已暂时锁定。请 15 分钟后再试，或请管理员解锁。",
        "Too many wrong tries: this user name is locked for now. Try again in 15 minutes, or ask an administrator.",
    ),
    "stale": Words("登录页面已过期，请重新输入。", "The log-in page was out of date. Please enter both again."),
    "wrong_code": Words(
        "验证码不正确，或已经用过。请核对手机时间，输入现在显示的验证码。",
        "This code is not right, or was used before. Check your phone's clock and enter the code it shows now.",
    ),
    "wrong_password": Words("现在的密码不正确，请重新输入。", "This is not your present password. Please try again."),
    "wrong_secret": Words(
        "密码或验证码不正确，请重新输入。", "The password or the code is not right. Please enter both again."
    ),
    "not_twice": Words("两次输入的新密码不一致。", "The two new passwords are not the same."),
    PasswordFault.SHORT: Words("密码至少 {shortest} 个字符。", "At least {shortest} characters, please."),
    PasswordFault.LONG: Words(f"密码最多 {LONGEST} 个字符。", f"At most {LONGEST} characters, please."),
    PasswordFault.NAME: Words(
        "密码不能由用户名稍加字符组成。", "A password must not be the user name with a little added."
    ),
    PasswordFault.SIMPLE: Words("密码用到的不同字符太少。", "Made of too few different characters."),
    PasswordFault.COMMON: Words("这是最常见的密码之一，请换一个。", "One of the commonest passwords: choose another."),
    PasswordFault.USED: Words("不能使用最近三次用过的密码。", "One of your last three passwords: choose another."),
}

# What is wrong with a form about a user, by the name of its field.
USER_FAULTS: Mapping[str, Words] = {
    "name": Words(
        "请填写用户名（64 字以内，不能与现有用户重名）。", "Enter a user name, at most 64 characters, that nobody has."
    ),
    "dept_code": Words(
        "部门账号须填写部门编码（64 字以内）。", "A department's user needs its code, at most 64 characters."
    ),
    "staff_no": Words("请填写工作人员编号（64 字以内）。", "Enter their number, at most 64 characters."),
    "skills": Words("政策中没有这项技能。", "The policy knows no such skill."),
    "role": Words("请选择角色。", "Choose a role."),
}

SESSION_ENDS: Mapping[str, Words] = {
    SessionEnd.LOGGED_OUT: Words("已退出", "logged out"),
    SessionEnd.ENDED: Words("被结束", "ended"),
    SessionEnd.PASSWORD: Words("密码已更改", "password changed"),
    SessionEnd.ROLE: Words("角色已更改", "role changed"),
    SessionEnd.DISABLED: Words("账号已停用", "user disabled"),
    SessionEnd.SECOND_FACTOR: Words("两步验证已重置", "second factor reset"),
}

BREAKS: Mapping[str, Words] = {
    Break.CHANGED: Words("内容被改动", "its content was changed"),
    Break.MISSING: Words("有记录缺失", "an entry is missing"),
    Break.UNLINKED: Words("与前一条不衔接", "it does not follow the one before it"),
    Break.CUT_OFF: Words("末尾被删去", "the end was cut off"),
    Break.REPLACED: Words("记录被替换", "entries were replaced"),
}

# What an entry of the audit log is about, by the word before the colon.
SUBJECTS: Mapping[str, Words] = {
    "case": Words("工单", "case"),
    "user": Words("用户", "user"),
    "session": Words("登录", "session"),
    "recording": Words("录音", "recording"),
    "review": Words("待判读回复", "reply"),
    "opt_out": Words("退订", "opt-out"),
    "script": Words("话术", "script"),
    "outbox": Words("任务", "task"),
    "evidence": Words("证据文件", "evidence"),
    "register": Words("恶意评价人登记", "register"),
    "draw": Words("质检抽样", "quality draw"),
    "sample": Words("质检样本", "quality sample"),
    "year": Words("年度", "year"),
}

BEYOND = Words("超出当日次数", "more than a day's figure")
AUDITED: Mapping[str, Words] = {
    "login": Words("登录", "logged in"),
    "login_begun": Words("密码正确，待完成登录", "password right, log-in not complete yet"),
    "login_failed": Words("登录失败", "log-in failed"),
    "logout": Words("退出", "logged out"),
    "session_ended": Words("结束一处登录", "session ended"),
    "sessions_ended": Words("结束全部登录", "all sessions ended"),
    "password_changed": Words("更改自己的密码", "own password changed"),
    "password_set": Words("重设他人密码", "password of another set"),
    "second_factor_set": Words("设置两步验证", "second factor set up"),
    "second_factor_reset": Words("重置两步验证", "second factor reset"),
    "recovery_code_used": Words("使用恢复码", "recovery code used"),
    "recovery_codes_made": Words("更换恢复码", "new recovery codes"),
    "user_added": Words("添加用户", "user added"),
    "role_changed": Words("更改角色或部门", "role or department changed"),
    "user_disabled": Words("停用用户", "user disabled"),
    "user_enabled": Words("启用用户", "user enabled"),
    "user_unlocked": Words("解锁用户", "user unlocked"),
    "phone_set": Words("登记坐席电话", "own telephone set"),
    "key_added": Words("添加接口密钥", "API key added"),
    "calendar_loaded": Words("导入节假日安排", "calendar loaded"),
    "wording_saved": Words("保存话术草稿", "wording saved"),
    "wording_activated": Words("启用话术", "wording put into use"),
    "opt_out_ended": Words("结束退订", "opt-out ended"),
    "opt_outs_searched": Words("按号码查退订", "opt-outs searched by number"),
    "opt_outs_exported": Words("导出退订名单", "opt-outs exported"),
    "replies_replayed": Words("重读回复", "replies replayed"),
    "replies_to_review": Words("回复转人工判读", "replies sent to review"),
    "reply_assigned": Words("判读回复", "reply decided"),
    "reply_dismissed": Words("回复不计评价", "reply dismissed"),
    "outbox_resent": Words("重发一项任务", "task resent"),
    "outbox_all_resent": Words("重发全部搁置任务", "all parked tasks resent"),
    "recording_played": Words("收听录音", "recording played"),
    "recording_heard": Words("登记已收听", "recording heard"),
    "phone_revealed": Words("查看完整号码", "whole number shown"),
    "evidence_added": Words("提交证据文件", "evidence added"),
    "evidence_read": Words("查看证据文件", "evidence read"),
    "register_proposed": Words("提议登记恶意评价人", "entry in the register proposed"),
    "register_accepted": Words("同意登记", "entry in the register accepted"),
    "register_refused": Words("不予登记", "entry in the register refused"),
    "register_objected": Words("对登记提出异议", "entry in the register objected to"),
    "objection_upheld": Words("登记异议成立", "objection upheld"),
    "objection_dismissed": Words("登记异议不成立", "objection dismissed"),
    "register_ended": Words("提前结束登记", "entry in the register ended"),
    "register_searched": Words("按号码查登记", "register searched by number"),
    "register_viewed": Words("查看登记", "entry in the register seen"),
    "skills_set": Words("设置坐席技能", "skills set"),
    "rating_excluded": Words("申诉成立，评价不计", "appeal: rating excluded"),
    "rating_kept": Words("申诉不成立，评价保留", "appeal: rating kept"),
    "cases_found_by_phone": Words("按号码查工单", "cases searched by number"),
    "ledger_exported": Words("导出整改台账", "ledger exported"),
    "quality_drawn": Words("抽取质检样本", "quality sample drawn"),
    "quality_scored": Words("质检打分", "quality sample scored"),
    "audit_exported": Words("导出审计日志", "audit log exported"),
}


def about(subject: str | None) -> Words:
    """What an entry is about, as a person says it."""
    kind, colon, which = (subject or "–").partition(":")
    if not colon or kind not in SUBJECTS:
        return Words(subject or "–", "")
    return Words(f"{SUBJECTS[kind].zh} {which}", f"{SUBJECTS[kind].en} {which}")


def log_in_fault(code: str, shortest: int = 0) -> Words:
    """What to tell of this fault; `shortest` is how many characters a password of this person must have."""
    words = LOG_IN_FAULTS[code]
    return Words(words.zh.format(shortest=shortest), words.en.format(shortest=shortest))
