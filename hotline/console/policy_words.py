"""The policy in words: what each entry is called, and how its value is said, Chinese first and English second."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from pydantic import BaseModel

from hotline.console.case_words import RUNGS
from hotline.console.words import ROLES, Words
from hotline.rules.casework import Steps
from hotline.rules.deadlines import DayUnit
from hotline.rules.policy import CriterionPolicy, PausePolicy, RungPolicy, SkillPolicy, StepTerm, Term

SECTIONS: Mapping[str, Words] = {
    "": Words("城市", "The city"),
    "signature": Words("签名", "Signature"),
    "casework": Words("差评整改", "Casework"),
    "invitation": Words("评价邀请", "Invitations"),
    "sms": Words("短信", "Texts"),
    "phone": Words("电话", "Calls"),
    "signals": Words("异常提示", "Signs"),
}

ENTRIES: Mapping[str, Words] = {
    "title": Words("政策名称", "title"),
    "city": Words("城市", "city"),
    "hotline": Words("热线号码", "hotline"),
    "time_zone": Words("时区", "time zone"),
    "region": Words("号码所属地区", "region of numbers"),
    "languages": Words("语言", "languages"),
    "sms.script": Words("话术", "wording"),
    "sms.opens": Words("最早发送", "not before"),
    "sms.closes": Words("最晚发送", "not after"),
    "sms.pauses": Words("暂停时段", "pauses"),
    "sms.on_days_off": Words("休息日也发送", "on days off too"),
    "sms.daily_cap": Words("同一号码每日最多条数（0 为不限）", "texts a day to one number (0: no cap)"),
    "sms.cooldown_hours": Words("两次邀请间隔（小时）", "hours between two invitations"),
    "sms.tries": Words("未送达时最多发送次数", "tries when not delivered"),
    "sms.retry_hours": Words("重发间隔（小时）", "hours between tries"),
    "sms.remind_after_days": Words("几天后提醒一次（0 为不提醒）", "reminder after days (0: none)"),
    "phone.script": Words("话术", "wording"),
    "phone.opens": Words("最早拨打", "not before"),
    "phone.closes": Words("最晚拨打", "not after"),
    "phone.pauses": Words("暂停时段", "pauses"),
    "phone.on_days_off": Words("休息日也拨打", "on days off too"),
    "phone.kinds": Words("以电话邀请的服务", "records asked about by call"),
    "phone.tries": Words("无人接听时最多拨打次数", "tries when nobody answers"),
    "phone.retry_minutes": Words("重拨间隔（分钟）", "minutes before the next try"),
    "phone.one_day_tries": Words("其中一天内最多", "of them on one day"),
    "phone.daily_cap": Words(
        "同一号码 24 小时内最多拨打（含回访，0 为不限）", "calls to one number in 24 h (0: no cap)"
    ),
    "phone.burst_cap": Words("短时间内最多拨打", "calls in a short time"),
    "phone.burst_minutes": Words("“短时间”的分钟数", "minutes of that short time"),
    "phone.ring_seconds": Words("振铃（秒）", "seconds of ringing"),
    "phone.listen_seconds": Words("等待按键（秒）", "seconds that a key is awaited"),
    "phone.flow": Words("语音流程", "voice menu"),
    "phone.choose_language": Words("来电人可选语言", "languages to choose from"),
    "phone.comment_seconds": Words("语音留言最长（秒，0 为不录）", "seconds of a voice comment (0: none)"),
    "phone.transfer_numbers": Words("转接专用号码", "numbers for calls handed over"),
    "phone.transfer_minutes": Words("转接时限（分钟）", "minutes after the call"),
    "phone.resume_hours": Words("中断后可续评（小时）", "hours in which a cut call goes on"),
    "phone.leaves_message": Words("向留言机说明来意", "tells a machine why we called"),
    "phone.person": Words("转人工", "a person to speak to"),
    "phone.elder": Words("长者模式", "for older callers"),
    "phone.recordings_days": Words("录音保存天数（0 为不删除）", "days that voices are kept (0: for ever)"),
    "phone.erase_at_carrier": Words("运营商处的录音随即删除", "erased at the carrier at once"),
    "invitation.expires_days": Words("评价有效期（天）", "days that an answer counts"),
    "invitation.grace_days": Words("到期后仍计入（天）", "days of grace"),
    "invitation.correct_hours": Words("可更改或撤回（小时）", "hours in which it may be changed"),
    "invitation.ask_within_days": Words("收到记录后几天内邀请", "asked within days of coming in"),
    "invitation.batch_hours": Words("同一事项合并邀请（小时）", "hours of one batch"),
    "invitation.reasons_hours": Words("等待差评原因（小时）", "hours that reasons are awaited"),
    "invitation.reminder_reply_hours": Words(
        "提醒后多久内的回复算作答复该提醒（小时）", "a reply so soon is to the reminder"
    ),
    "invitation.review_hours": Words("未读懂的回复几小时后交人工", "hours before a person reads it"),
    "casework.steps": Words("办理流程", "the way of a case"),
    "casework.first_contact": Words("首次联系", "first contact"),
    "casework.verify": Words("核实", "verify"),
    "casework.rectify": Words("整改", "put right"),
    "casework.answer": Words("反馈市民", "answer the citizen"),
    "casework.asks_again": Words("反馈后邀请追评", "asked to rate again after the answer"),
    "casework.re_rating": Words("等待追评", "wait for the second rating"),
    "casework.callback": Words("中心回访", "the centre's callback"),
    "casework.appeal_review": Words("申诉复核", "review of an appeal"),
    "casework.consults_first": Words("申诉前须先会商", "consults before it appeals"),
    "casework.extension_months": Words("复杂事项最长（月）", "months of a complex case"),
    "casework.reminders": Words("到期前提醒", "reminded before a deadline"),
    "casework.ladder": Words("超时督办", "who hears of a missed deadline"),
    "casework.closes_at": Words("每日截止", "end of a working day"),
    "casework.lease_minutes": Words("受理保持（分钟）", "minutes that a claim holds"),
    "casework.quality": Words("质检评分项", "marks of a quality sample"),
    "casework.redial": Words("未接通后再拨", "called again when not reached"),
    "casework.skills": Words("坐席技能", "skills of agents"),
    "casework.records_calls": Words("回访录音（先告知市民）", "callbacks are recorded, the citizen told first"),
    "casework.reveals_a_day": Words("每人每日查看完整号码次数，超过即标记", "whole numbers a day before it is flagged"),
    "casework.guide": Words("通话参考", "what agents may say"),
    "casework.evidence_days": Words("申诉材料保存天数（0 为不删除）", "days that files are kept (0: for ever)"),
    "casework.register_months": Words("恶意评价人名录有效期（月）", "months in the register"),
    "signals.extensions": Words("机关内部号码段", "ranges of the administration's numbers"),
    "signals.phone_days": Words("同一号码多次差评：统计天数", "one number: over days"),
    "signals.phone_ratings": Words("同一号码多次差评：达到次数", "one number: bad ratings"),
    "signals.burst_minutes": Words("短时间集中差评：分钟数", "a burst: over minutes"),
    "signals.burst_ratings": Words("短时间集中差评：达到次数", "a burst: bad ratings"),
    "signals.same_words_days": Words("内容完全相同：统计天数", "the same words: over days"),
    "signals.same_words": Words("内容完全相同：达到号码数", "the same words: numbers"),
    "signals.quick_key_seconds": Words("按键过快：提问后秒数", "a quick key: seconds after the question"),
}
# Of entries that have parts.
PARTS: Mapping[str, Words] = {
    "busy_minutes": Words("占线后隔（分钟）", "minutes after a busy line"),
    "no_answer_minutes": Words("无人接听后隔（分钟）", "minutes after no answer"),
    "one_day_tries": Words("一日最多（次）", "tries on one day"),
    "give_up_tries": Words("未能接通满（次）", "given up after calls"),
    "give_up_days": Words("且不少于（天）", "on days"),
    "busy": Words("占线", "busy"),
    "no_answer": Words("无人接听", "no answer"),
    "failed": Words("呼叫失败", "failed"),
    "number": Words("号码", "number"),
    "opens": Words("最早", "from"),
    "closes": Words("最晚", "to"),
    "on_days_off": Words("休息日", "on days off"),
    "always": Words("对所有人", "for everybody"),
    "from_age": Words("年龄满", "from the age of"),
    "listen_seconds": Words("等待按键（秒）", "seconds that a key is awaited"),
    "more_tries": Words("多问（次）", "more askings"),
}

_STEPS = {
    Steps.CONTACT: Words("联系市民后办结", "contacted and closed"),
    Steps.FULL: Words("联系、核实、整改、反馈、追评全流程", "all the steps of the rules"),
}
_UNITS = {DayUnit.WORKING: Words("个工作日", "working days"), DayUnit.NATURAL: Words("天（自然日）", "natural days")}
_STARTS = {"rated": Words("自差评起", "from the rating on"), "verified": Words("自核实起", "from the verification on")}
_NONE = Words("未规定", "no rule")
_AT_ONCE = Words("当即", "at once")


def said(value: Any) -> Words:
    """A value in words."""
    match value:
        case None | "" | ():
            return _NONE
        case StepTerm():
            return _joined("，", [_term(value), _STARTS[value.start]])
        case Term():
            return _term(value)
        case RungPolicy():
            after = Words("到期时", "when it passes") if value.after.count == 0 else _after(value.after)
            return _joined("：", [after, RUNGS[value.rung], ROLES[value.role]], within=" · ")
        case CriterionPolicy():
            return Words(value.zh, value.en)
        case SkillPolicy():
            return Words(*value.label)
        case PausePolicy():
            return _plain(f"{value.begins:%H:%M}–{value.ends:%H:%M}")
        case BaseModel():
            return _joined("；", [_part(name, said(each)) for name, each in value])
        case tuple():
            return _joined("；", [said(each) for each in value])
        case _:
            return _simple(value)


def _part(name: str, value: Words) -> Words:
    words = PARTS.get(name, Words(name, name))
    return Words(f"{words.zh} {value.zh}", f"{words.en} {value.en or value.zh}")


def _simple(value: Any) -> Words:
    match value:
        case bool():
            return Words("是", "yes") if value else Words("否", "no")
        case time():
            return _plain(f"{value:%H:%M}")
        case Steps():
            return _STEPS[value]
        case _:
            return _plain(str(value))


def _plain(text: str) -> Words:
    return Words(text, "")


def _term(term: Term) -> Words:
    unit = _UNITS[term.unit]
    english = unit.en.removesuffix("s") if term.count == 1 else unit.en
    return _AT_ONCE if term.count == 0 else Words(f"{term.count} {unit.zh}", f"{term.count} {english}")


def _after(term: Term) -> Words:
    words = _term(term)
    return Words(f"到期后 {words.zh}", f"{words.en} after")


def _joined(sign: str, parts: list[Words], within: str = "") -> Words:
    """All of them in one line; `within`: what parts those after the first."""
    zh, en = [part.zh for part in parts], [part.en or part.zh for part in parts]
    has_english = any(part.en for part in parts)
    if within:
        return Words(f"{zh[0]}{sign}{within.join(zh[1:])}", f"{en[0]}: {within.join(en[1:])}")
    return Words(sign.join(zh), "; ".join(en) if has_english else "")
