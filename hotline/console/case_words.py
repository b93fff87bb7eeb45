"""The words of a case, Chinese first and English second: its states, moves, deadlines and history."""

from collections.abc import Mapping

from hotline.actions.case_contacts import RANG_IN_VAIN
from hotline.actions.casework import REACHED_OUTSIDE
from hotline.console.words import Words
from hotline.rules.casework import CaseState, DeadlineKind, Ending, Ground, Move, NoticeKind, Rung, Verdict
from hotline.rules.reveals import RevealReason
from hotline.rules.why_now import Why
from hotline.tables.appeals import RegisterState, Side

CASE_STATES: Mapping[str, Words] = {
    CaseState.OPENED: Words("待联系", "to be contacted"),
    CaseState.CONTACTED: Words("已联系", "contacted"),
    CaseState.VERIFIED: Words("已核实", "verified"),
    CaseState.RECTIFYING: Words("整改中", "being put right"),
    CaseState.EXPLAINED: Words("已解释", "explained"),
    CaseState.APPEALED: Words("申诉复核中", "under appeal"),
    CaseState.ANSWERED: Words("已反馈", "answered"),
    CaseState.ASKED_AGAIN: Words("待追评", "asked to rate again"),
    CaseState.CENTRE_CALLBACK: Words("待中心回访", "for the centre to call back"),
    CaseState.CLOSED: Words("已办结", "closed"),
}

EVENTS: Mapping[str, Words] = {
    "opened": Words("收到差评，生成工单", "bad rating, case opened"),
    "queued": Words("进入待处理队列", "queued"),
    "overdue": Words("超过首次联系时限", "first contact overdue"),
    "claimed": Words("受理", "claimed"),
    "released": Words("退回队列", "released"),
    "reassigned": Words("改派", "given to another agent"),
    "taken_back": Words("收回至队列", "taken back to the queue"),
    "dialled": Words("发起呼叫", "call started"),
    "notice_heard": Words("听取录音提示", "told of the recording"),
    "recording_refused": Words("市民不同意录音，停止录音且不保存", "not to be recorded: stopped, and nothing kept"),
    "phone_revealed": Words("查看完整号码", "whole number shown"),
    "call_ended": Words("呼叫结束", "call ended"),
    "call_ended_by_hand": Words("坐席确认呼叫已结束", "agent marked the call as over"),
    "contact": Words("登记联系结果", "contact written down"),
    "contacted": Words("联系到市民", "citizen contacted"),
    "verified": Words("核实", "verified"),
    "rectifying": Words("开始整改", "to be put right"),
    "explained": Words("解释说明", "explained"),
    "appealed": Words("提出申诉", "appealed"),
    "hear": Words("听取市民意见", "citizen heard"),
    "keep": Words("复核结论：维持原评价", "reviewed: the rating is kept"),
    "withdraw_appeal": Words("撤回申诉", "appeal withdrawn"),
    "answered": Words("向市民反馈", "citizen answered"),
    "asked_again": Words("邀请市民追评", "citizen asked to rate again"),
    "centre_callback": Words("转中心回访", "for the centre to call back"),
    "closed": Words("办结", "closed"),
    "consult": Words("会商", "consultation"),
    "hand_over": Words("转办", "handed over"),
    "recall": Words("撤回转办", "hand-over recalled"),
    "join": Words("协办单位加入", "department joined"),
    "leave": Words("协办单位退出", "department left"),
    "merged_in": Words("并入另一工单", "another case merged in"),
    "ask_extension": Words("申请延期", "more time asked for"),
    "grant_extension": Words("批准延期", "more time granted"),
    "refuse_extension": Words("不批准延期", "more time refused"),
    "reminded": Words("时限提醒", "reminded of a deadline"),
    "escalated": Words("超时督办", "overdue, told one rung up"),
    "deadline_counted_anew": Words("放假安排公布，时限重新计算", "holidays are known: deadline counted anew"),
    "evidence_added": Words("补充证据文件", "files of evidence added"),
    "staff_explained": Words("当事工作人员提交说明", "the member of staff explained"),
    "rating_changed": Words("市民更改了评价", "citizen changed the rating"),
    "reasons_given": Words("市民说明了原因", "citizen gave reasons"),
    "comment_added": Words("市民补充了意见", "citizen added a comment"),
    "voice_comment": Words("市民留下语音留言", "citizen left a voice comment"),
}

# Notes that the house writes by itself; the page has words of its own for them.
HOUSE_NOTES = frozenset({REACHED_OUTSIDE, RANG_IN_VAIN})

ENDINGS: Mapping[str, Words] = {
    Ending.RATED_BETTER: Words("追评满意", "Rated better"),
    Ending.EXCLUDED: Words("申诉成立，不计入", "Appeal upheld, not counted"),
    Ending.MERGED: Words("已并案", "Merged"),
}

# What a button says that makes the move.
MOVES: Mapping[str, Words] = {
    Move.VERIFY: Words("核实", "Verify"),
    Move.RECTIFY: Words("整改", "Put right"),
    Move.EXPLAIN: Words("解释", "Explain"),
    Move.ANSWER: Words("反馈市民", "Answer the citizen"),
    Move.APPEAL: Words("申诉", "Appeal"),
    Move.WITHDRAW_APPEAL: Words("撤回申诉", "Withdraw the appeal"),
    Move.KEEP: Words("维持原评价", "Keep the rating"),
    Move.EXCLUDE: Words("评价不计入", "Exclude the rating"),
    Move.CONSULT: Words("会商", "Consult"),
    Move.HAND_OVER: Words("转办", "Hand over"),
    Move.RECALL: Words("撤回转办", "Recall"),
    Move.JOIN: Words("增加协办单位", "Add a department"),
    Move.LEAVE: Words("结束协办", "End joint work"),
    Move.MERGE: Words("并案", "Merge"),
    Move.CLOSE: Words("提前办结", "Close early"),
    Move.ASK_EXTENSION: Words("申请延期", "Ask for more time"),
    Move.GRANT_EXTENSION: Words("批准延期", "Grant more time"),
    Move.REFUSE_EXTENSION: Words("不批准延期", "Refuse more time"),
}

DEADLINES: Mapping[str, Words] = {
    DeadlineKind.FIRST_CONTACT: Words("首次联系", "first contact"),
    DeadlineKind.VERIFY: Words("核实", "verify"),
    DeadlineKind.RECTIFY: Words("整改", "put right"),
    DeadlineKind.ANSWER: Words("反馈市民", "answer"),
    DeadlineKind.RE_RATING: Words("市民追评", "second rating"),
    DeadlineKind.CALLBACK: Words("中心回访", "centre's callback"),
    DeadlineKind.APPEAL_REVIEW: Words("申诉复核", "review of the appeal"),
}

NOTICES: Mapping[str, Words] = {
    NoticeKind.REMINDER: Words("即将到期", "due soon"),
    NoticeKind.ESCALATION: Words("已超时", "overdue"),
    NoticeKind.LAPSE: Words("到期未追评", "not rated again"),
    NoticeKind.DECISION: Words("申诉已有结论", "appeal decided"),
    NoticeKind.EXTENSION_GRANTED: Words("延期已获批准", "more time granted"),
    NoticeKind.EXTENSION_REFUSED: Words("延期未获批准", "more time refused"),
}

RUNGS: Mapping[str, Words] = {
    Rung.FIRST_RESPONSIBLE: Words("首问责任人", "first responsible"),
    Rung.DEPUTY_LEADER: Words("分管领导", "deputy leader"),
    Rung.CHIEF_LEADER: Words("主要领导", "chief leader"),
}

GROUNDS: Mapping[str, Words] = {
    Ground.MISTAKEN: Words("误评", "mistaken"),
    Ground.MALICIOUS: Words("恶意差评", "malicious"),
}

VERDICTS: Mapping[str, Words] = {
    Verdict.KEPT: Words("维持原评价", "the rating is kept"),
    Verdict.EXCLUDED: Words("评价不计入", "the rating is excluded"),
    Verdict.WITHDRAWN: Words("申诉已撤回", "withdrawn"),
}

SIDES: Mapping[str, Words] = {
    Side.UNIT: Words("申诉单位", "of the unit"),
    Side.CITIZEN: Words("市民一方", "of the citizen's side"),
}

REGISTER_STATES: Mapping[str, Words] = {
    RegisterState.PROPOSED: Words("待决定", "to be decided"),
    RegisterState.REFUSED: Words("未予登记", "not registered"),
    RegisterState.STANDING: Words("有效", "in force"),
    RegisterState.EXPIRED: Words("已到期", "expired"),
    RegisterState.ENDED: Words("已提前移出", "ended early"),
}

# What is asked for with a move.
FIELDS: Mapping[str, Words] = {
    "note": Words("说明（必填）", "Note, required"),
    "outcome": Words("处理结果", "Outcome"),
    "ground": Words("申诉理由", "Ground"),
    "evidence": Words(
        "证据（必填）：录音编号、材料名称等", "Evidence, required: numbers of recordings, names of papers"
    ),
    "files": Words(
        "证据文件：最多 10 个，每个不超过 5 MB（PDF、图片、纯文本、MP3、WAV）",
        "Files of evidence: up to 10, at most 5 MB each (PDF, pictures, plain text, MP3, WAV)",
    ),
    "citizen_side": Words("市民意见（必填）", "The citizen's side, required"),
    "dept_code": Words("部门编码", "Code of the department"),
    "into": Words("并入工单编号", "Number of the case to merge into"),
    "until": Words("延期至", "Until"),
}

# What stands in the history beside a note.
FACTS: Mapping[str, Words] = {
    "to": Words("转至", "to"),
    "call_at": Words("约定回电", "to be called at"),
    "dept_code": Words("部门", "department"),
    "until": Words("延期至", "until"),
    "into": Words("并入工单", "into case"),
    "case": Words("工单", "case"),
    "evidence": Words("证据", "evidence"),
    "citizen_side": Words("市民意见", "the citizen's side"),
}

WHYS: Mapping[str, Words] = {
    Why.BAD_AGAIN: Words("整改后追评仍为差评，由中心回访", "rated badly again: the centre calls back"),
    Why.NOT_RATED_AGAIN: Words("没有有效的追评，由中心回访", "no second rating that counts: the centre calls back"),
    Why.HEAR: Words("申诉复核中，请听取市民意见", "under appeal: hear the citizen's side"),
    Why.TIME_COME: Words("市民希望的回电时间到了", "it is the time at which the citizen likes to be called"),
    Why.ESCALATED: Words("已超时督办", "overdue, and told up the ladder"),
    Why.OVERDUE: Words("已超过时限", "past its deadline"),
    Why.DUE_SOON: Words("时限将到", "due soon"),
    Why.NEW: Words("新的差评，还没有联系过市民", "new: the citizen was not called yet"),
    Why.NOT_REACHED: Words("呼叫过，还没有通话", "called, and not reached yet"),
    Why.GOES_ON: Words("已联系过市民，正在办理", "spoken to: work is under way"),
}

REVEAL_REASONS: Mapping[str, Words] = {
    RevealReason.OWN_PHONE: Words("用自己的电话联系市民", "I call with my own telephone"),
    RevealReason.CHECK_NUMBER: Words("核对号码", "to check the number"),
    RevealReason.OTHER_WAY: Words("用微信、上门等方式联系", "to reach them another way"),
    RevealReason.OTHER: Words("其他（请写明）", "other (say which)"),
}
