"""The console's words, Chinese first and English second: one pair for everything that a screen can show."""

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.errors import Conflict
from hotline.outbox import Kind
from hotline.rules.casework import AttemptResult, AttemptState, Outcome
from hotline.rules.scale import STAR_LABELS, Scale
from hotline.rules.script import Channel
from hotline.tables.contacts import RecordingState
from hotline.tables.people import Role
from hotline.tables.plumbing import OutboxState
from hotline.tables.service import RatingState, RecordKind


@dataclass(frozen=True, slots=True)
class Words:
    """The same thing said twice."""

    zh: str
    en: str


def words_for(table: Mapping[str, Words], key: str) -> Words:
    """Those of `key`; a key from outside that has none is shown as it came."""
    return table.get(key) or Words(key, "")


STARS: Mapping[int, Words] = {
    5: Words(STAR_LABELS[5], "very satisfied"),
    4: Words(STAR_LABELS[4], "satisfied"),
    3: Words(STAR_LABELS[3], "fairly satisfied"),
    2: Words(STAR_LABELS[2], "dissatisfied"),
    1: Words(STAR_LABELS[1], "very dissatisfied"),
}

ROLES: Mapping[str, Words] = {
    Role.AGENT: Words("坐席", "agent"),
    Role.SUPERVISOR: Words("班长", "supervisor"),
    Role.DEPARTMENT: Words("部门", "department"),
    Role.REVIEWER: Words("复核", "reviewer"),
    Role.AUDITOR: Words("审计", "auditor"),
    Role.ADMIN: Words("管理员", "administrator"),
}

CHANNELS: Mapping[str, Words] = {
    Channel.SMS: Words("短信", "SMS"),
    Channel.PHONE: Words("电话", "phone"),
}

RECORD_KINDS: Mapping[str, Words] = {
    RecordKind.TRANSACTION: Words("办件", "transaction"),
    RecordKind.CALL: Words("话务", "call"),
    RecordKind.REQUEST: Words("诉求工单", "request"),
}

SCALES: Mapping[str, Words] = {
    Scale.STAR_5_BEST: Words("5 为非常满意", "5 is best"),
    Scale.RANK_1_BEST: Words("1 为非常满意", "1 is best"),
}

RATING_STATES: Mapping[str, Words] = {
    RatingState.ACTIVE: Words("有效", "active"),
    RatingState.SUPERSEDED: Words("已改评", "superseded"),
    RatingState.WITHDRAWN: Words("已撤回", "withdrawn"),
    RatingState.EXCLUDED: Words("不计入", "excluded"),
}

FLAGS: Mapping[str, Words] = {
    "registered_rater": Words("评价时号码在恶意评价人名录内", "the number stood in the register of malicious raters"),
    "before_completion": Words("服务办结前作出的评价", "given before the service was completed"),
    "late": Words("邀请到期后作出的评价", "given after the invitation had expired"),
}

RECORDING_STATES: Mapping[str, Words] = {
    RecordingState.WAITING: Words("正在取回", "being fetched"),
    RecordingState.KEPT: Words("已保存", "kept"),
    RecordingState.FAILED: Words("未能取回", "could not be fetched"),
    RecordingState.ERASED: Words("已到期删除", "erased in time"),
    RecordingState.UNWANTED: Words(
        "未保存：市民不同意录音或未听完提示", "not kept: the citizen did not want it, or hung up"
    ),
}

OUTCOMES: Mapping[str, Words] = {
    Outcome.EXPLAINED: Words("已解释说明", "Explained to the citizen"),
    Outcome.RECTIFIED: Words("已整改解决", "Put right"),
    Outcome.PROMISED: Words("已承诺办理", "Promised, with a date"),
    Outcome.REFUSED: Words("市民不愿沟通", "Citizen declined to talk"),
    Outcome.WRONG_NUMBER: Words("号码有误", "Wrong number"),
    Outcome.UNREACHABLE: Words("多次未能接通", "Could not be reached"),
}

ATTEMPT_STATES: Mapping[str, Words] = {
    AttemptState.REQUESTED: Words("正在准备呼叫", "preparing the call"),
    AttemptState.AGENT_RINGING: Words("正在呼叫坐席，请接听您的电话", "ringing you: pick up your telephone"),
    AttemptState.AGENT_ANSWERED: Words("坐席已接听，请按 1 接通市民", "you answered: press 1 to go on"),
    AttemptState.CITIZEN_RINGING: Words("正在呼叫市民", "ringing the citizen"),
    AttemptState.NOTICE: Words("市民已接听，正在听录音提示", "the citizen hears that the call is recorded"),
    AttemptState.BRIDGED: Words("通话中", "speaking"),
    AttemptState.ENDED: Words("已结束", "ended"),
}

# The four things that happen in turn while a call is put through, as its progress shows them.
CALL_STEPS: tuple[tuple[AttemptState, Words], ...] = (
    (AttemptState.AGENT_RINGING, Words("呼叫坐席", "your phone")),
    (AttemptState.AGENT_ANSWERED, Words("坐席接听", "you answer")),
    (AttemptState.CITIZEN_RINGING, Words("呼叫市民", "their phone")),
    (AttemptState.BRIDGED, Words("通话", "speaking")),
)

ATTEMPT_RESULTS: Mapping[str, Words] = {
    AttemptResult.CONNECTED: Words("已通话", "spoke"),
    AttemptResult.BUSY: Words("市民占线", "citizen busy"),
    AttemptResult.NO_ANSWER: Words("市民未接听", "no answer"),
    AttemptResult.FAILED: Words("呼叫失败", "call failed"),
    AttemptResult.AGENT_ABSENT: Words("坐席未接通，未呼叫市民", "agent not reached; the citizen was not rung"),
    AttemptResult.UNKNOWN: Words("结果不明", "outcome unknown"),
}

ACTORS: Mapping[str, Words] = {
    "system": Words("系统", "system"),
    "citizen": Words("市民", "citizen"),
    "command": Words("命令行", "command"),
}

KINDS: Mapping[str, Words] = {
    Kind.TEXT: Words("评价短信", "survey texts"),
    Kind.CALL: Words("评价电话", "survey calls"),
    Kind.CALLBACK: Words("工单入队与超时提醒", "cases: queueing and deadlines"),
    Kind.DIAL: Words("回访呼叫", "callback calls"),
    Kind.FORWARD: Words("评价上报", "ratings to the store"),
    Kind.RECORDING: Words("录音取回", "recordings to be fetched"),
    Kind.STOP_RECORDING: Words("停止录音", "recordings to be stopped"),
}

OUTBOX_STATES: Mapping[str, Words] = {
    OutboxState.PENDING: Words("等待中", "waiting"),
    OutboxState.CLAIMED: Words("处理中", "in hand"),
    OutboxState.PARKED: Words("已搁置", "parked"),
}

# Why a Conflict was raised, by its code; "conflict" is said of any that has no words of its own.
CONFLICTS: Mapping[str, Words] = {
    "conflict": Words(
        "情况刚刚有变化，本次操作未执行。请查看最新状态后再操作。",
        "Things have just changed, so nothing was done. Please look at the present state first.",
    ),
    "case_taken": Words(
        "这件工单已由其他坐席受理，请选择下一件。", "Another agent holds this case. Please take the next one."
    ),
    "case_closed": Words("这件工单已办结，无需再处理。", "This case is closed already."),
    "call_under_way": Words(
        "这件工单已有一通呼叫正在进行，请先结束再呼叫。如已挂机，请在工单页面点击“通话已结束”。",
        "A call about this case is under way; end it first. If you have hung up, press “The call is over” on its page.",
    ),
    "skill_needed": Words(
        "这件工单需要具备相应技能的坐席处理，请选择下一件，或请班长安排。",
        "This case takes an agent with another skill. Take the next one, or ask a supervisor.",
    ),
    "not_tried_enough": Words(
        "“多次未能接通”由系统在规定次数的呼叫均无人接听后自动登记，不能提前填写。",
        "“Could not be reached” follows from so many calls in vain; nobody can say it before.",
    ),
    "called_enough": Words(
        "为免打扰市民，短时间内和 24 小时内呼叫同一号码的次数有限（评价电话与回访合计），现已达到上限，本次未呼叫。",
        "So as not to trouble citizens, calls to one number are limited, in a short time and in 24 hours, surveys and "
        "callbacks together. The limit is reached, and nobody was called.",
    ),
    "window_shut": Words(
        "现在不在可以呼叫市民的时间，为免打扰，本次未呼叫。市民约定了时间的，在服务时段内可以呼叫。",
        "Citizens are not called at this hour. Those who asked for a time are, within the hours of service.",
    ),
    "no_number": Words(
        "市民隐藏了号码，没有可以查看的号码。", "The citizen's number is hidden: there is none to show."
    ),
    "not_recording": Words("现在没有正在录音的通话，无需停止。", "No call is being recorded now: nothing to stop."),
    "lease_lost": Words(
        "本页面已不再持有这件工单：它可能已退回、已由他人受理，或已在您的另一个窗口中继续。",
        "This page no longer holds the case: it was released, taken by someone else, or continued in another window.",
    ),
    "lease_ended": Words(
        "受理时间已到，工单已回到队列。如无他人受理，您可以重新受理。",
        "The time for which you held the case has run out. If nobody else has taken it, you can claim it again.",
    ),
    "review_decided": Words(
        "这条回复刚刚已有人处理，或市民已再次说明，本次操作未执行。",
        "Somebody has just decided on this reply, or the citizen has said it again; nothing was done.",
    ),
    "read_otherwise": Words(
        "这条短信是明确的评价，不能改记为别的星级。如有误读，只能记为系统现在读出的星级。",
        "This text is a clear rating. If it was misread, it can only become what is read in it now.",
    ),
    "rated_later": Words(
        "市民在这条回复之后已对该服务作出评价，以后作出的为准，本次操作未执行。",
        "The citizen has rated that service after this reply, and the last word counts; nothing was done.",
    ),
    "recording_heard": Words(
        "这条留言刚刚已有人听过并登记。", "Somebody has just heard this voice comment and said so."
    ),
    "opt_out_ended": Words("该号码的退订已结束，无需再处理。", "This opt-out has ended already."),
    "wording_activated": Words(
        "该版本已经启用过。如要重新使用，请以它为底稿另存一个新版本。",
        "This version has been in use already. To use its words again, save them as a new version.",
    ),
    "wording_moved_on": Words(
        "您打开本页之后，另一个版本已经启用。请对照现在使用的版本重新核对。",
        "Another version was put into use since you opened this page. Compare with that one first.",
    ),
    "wording_faulty": Words(
        "该版本还有下列问题，不能启用。", "This version has the faults below and cannot be put into use."
    ),
    "illegal_state": Words(
        "工单当前所处环节不能进行这项操作，本次未执行。", "This cannot be done where the case stands; nothing was done."
    ),
    "illegal_part": Words("您的角色不能进行这项操作，本次未执行。", "Your role may not do this; nothing was done."),
    "illegal_early": Words(
        "工单尚未走完全部环节：市民不愿沟通、号码有误或多次未能接通时可以办结，其他情况请班长办结。",
        "The case is not at its end: close it if the citizen declined, the number is wrong or nobody could be reached; "
        "else a supervisor may.",
    ),
    "named_not_called": Words(
        "实名差评必须回访：请先联系市民，或至少拨通一次电话。",
        "The citizen gave their name: speak to them, or let their telephone ring at least once, before you close.",
    ),
    "nothing_to_appeal": Words("该评价已不计入，无需申诉。", "The rating does not count any more."),
    "appeal_decided": Words("该评价的申诉已有复核结论。", "An appeal against this rating was decided already."),
    "not_consulted": Words("请先与中心会商，再提出申诉。", "Consult the centre first, then appeal."),
    "own_appeal": Words("申诉由被评价单位以外的人员复核。", "An appeal is reviewed by somebody from outside the unit."),
    "nothing_malicious": Words(
        "该工单没有经复核认定为恶意的评价，不能登记。",
        "No rating of this case was excluded as malicious: there is nothing to register.",
    ),
    "registered_already": Words(
        "该号码已有待定的登记建议，或已在名录内。", "This number is proposed already, or stands in the register."
    ),
    "own_proposal": Words("登记由提出建议以外的人员决定。", "Somebody else than who proposed it decides on the entry."),
    "own_entry": Words(
        "异议由未参与登记和受理的人员决定。", "An objection is decided by somebody who had no part in the entry."
    ),
    "objection_open": Words("该登记已有待定的异议。", "An objection waits to be decided already."),
    "nothing_to_exclude": Words(
        "市民已更改或撤回该评价，无可剔除。请维持原评价。",
        "The citizen has changed or withdrawn the rating: there is nothing to exclude. Please keep it.",
    ),
    "led_by_another": Words(
        "主办部门已经变动，也可能您刚刚已撤回过一次。本次未执行，请先查看工单最新情况。",
        "Another department leads by now, perhaps because you have just taken the hand-over back; nothing was done. "
        "Look at the case first.",
    ),
    "nothing_to_recall": Words("该工单没有可以撤回的转办。", "There is no hand-over to take back."),
    "extension_asked": Words("该工单已有待批的延期申请。", "More time was asked for already."),
    "own_account": Words(
        "不能对自己的账号进行这项操作，请由另一位管理员办理。", "Not to your own account: ask another administrator."
    ),
    "last_admin": Words(
        "这是最后一个管理员账号，不能停用或更改角色。请先添加另一位管理员。",
        "This is the last administrator: add another one first.",
    ),
    "already_theirs": Words("该坐席已持有这件工单。", "This agent holds the case already."),
    "own_case": Words("这件工单评价的就是该坐席本人。", "This case is about that agent themselves."),
    "case_free": Words("这件工单无人受理，无需收回。", "Nobody holds this case: nothing to take back."),
    "own_sample": Words("不能给自己的工作评分，请由他人评分。", "Nobody marks their own work."),
    "extension_over": Words(
        "申请的延期日期已过，不能批准：请不予批准，由承办方重新申请。",
        "The day that was asked for is over and cannot be granted: refuse it, and let them ask anew.",
    ),
    "not_parked": Words("该任务已不在搁置状态，无需重发。", "This task is parked no longer: nothing to resend."),
}


def why_refused(conflict: Conflict) -> Words:
    """What to tell the person whose deed met a Conflict."""
    return CONFLICTS.get(conflict.code, CONFLICTS["conflict"])


# What is wrong with a field, by its name.
FIELDS: Mapping[str, Words] = {
    "note": Words(
        "请填写处理情况：与市民沟通的内容和处理结果（2000 字以内）。",
        "Write what was said and what was done, in at most 2,000 characters.",
    ),
    "heard_note": Words(
        "请写明留言的内容和处理情况（2000 字以内）。",
        "Write what it is about and what was done, in at most 2,000 characters.",
    ),
    "outcome": Words("请选择处理结果。", "Choose an outcome."),
    "to": Words("请选择一名在岗的坐席。", "Choose an agent who works on cases."),
    "result": Words(
        "请选择联系结果；该结果须与联系方式相符。", "Choose what came of the contact; it must fit its way."
    ),
    "way": Words(
        "请核对联系方式：没有可登记的本系统呼叫，或该次呼叫未响铃、未接通，不算一次联系。",
        "Check the way of contact: there is no call from here to write down, or it did not ring or get through.",
    ),
    "call_at": Words(
        "请填写市民希望的回电时间：60 天以内，且在可以呼叫市民的时段内。",
        "Enter when to call: within 60 days, and at an hour when citizens may be called.",
    ),
    "ground": Words("请选择申诉理由。", "Choose a ground."),
    "evidence": Words("请写明证据（2000 字以内）。", "Name the evidence, in at most 2,000 characters."),
    "citizen_side": Words(
        "请写明市民的意见，或联系市民的经过（2000 字以内）。",
        "Write what the citizen said, or how you tried to ask them, in at most 2,000 characters.",
    ),
    "dept_code": Words(
        "请从列表中选择另一个部门，或填写其编码；系统中没有的编码不能使用，已参与的部门不必再加，未参与的部门不能退出。",
        "Choose another department from the list, or enter its code. It must be one that is known here, and that does "
        "not work on the case yet, or, to end its work, does.",
    ),
    "into": Words(
        "请填写同一市民、同一业务的另一件在办工单的编号。",
        "Enter the number of another open case of the same citizen and business.",
    ),
    "files": Words(
        "证据文件未保存：请选择文件，最多 10 个，每个不超过 5 MB，限 PDF、JPEG、PNG、WEBP、纯文本、MP3、WAV。",
        "Evidence files: nothing was kept. Choose up to 10 files of at most 5 MB each: PDF, JPEG, PNG, WEBP, plain "
        "text, MP3 or WAV.",
    ),
    "explanation": Words(
        "请写明情况（2000 字以内，最多 20 次）。", "Write what happened, in at most 2,000 characters, at most 20 times."
    ),
    "register_note": Words(
        "请写明理由和依据（2000 字以内）。", "Write the reason and what it rests on, in at most 2,000 characters."
    ),
    "until": Words(
        "请填写今天以后的日期，最迟不超过政策规定的期限。", "Enter a day to come, within what the policy allows."
    ),
    "reveal_reason": Words("请选择查看完整号码的原因。", "Choose why you need the whole number."),
    "reveal_why": Words(
        "请写明原因（500 字以内）；选择“其他”时必填。", "Say why, in at most 500 characters; needed for “other”."
    ),
    "phone": Words(
        "请填写可以直接拨通的手机或固定电话号码（不含分机）。",
        "Enter a mobile or landline number that can be dialled directly, without an extension.",
    ),
    "wording": Words(
        "有的文字无法保存（见标红处），本次没有保存；您填写的内容都在下面。",
        "Some words cannot be kept (marked red), so nothing was saved. All that you wrote is below.",
    ),
    "wording_note": Words(
        "请填写修改原因（500 字以内）。本次没有保存；您填写的内容都在下面。",
        "Say why, in at most 500 characters. Nothing was saved; all that you wrote is below.",
    ),
    "no_phone": Words("请先登记您的坐席电话，再呼叫市民。", "Enter your own telephone before you call a citizen."),
}
