"""The columns of the ledger as a file: what the rules ask the register of bad ratings (整改台账) to hold."""

from collections.abc import Mapping

from hotline.console.case_words import CASE_STATES, DEADLINES, ENDINGS, GROUNDS, VERDICTS
from hotline.console.text_words import reason
from hotline.console.words import CHANNELS, OUTCOMES, RECORD_KINDS, Words
from hotline.reports.ledger import LedgerFigures, LedgerRow
from hotline.reports.workbook import Cell
from hotline.rules.casework import DeadlineKind

# Title and width, in the order of `cells`.
COLUMNS: tuple[tuple[str, int], ...] = (
    ("工单 case", 10),
    ("办件编号 record", 26),
    ("类型 kind", 10),
    ("事项 item", 28),
    ("区划 area", 12),
    ("部门编码 department", 16),
    ("部门 name", 20),
    ("主办部门 lead", 16),
    ("窗口 window", 10),
    ("电话 telephone", 14),
    ("实名 named", 8),
    ("满意度（星） stars", 10),
    ("评价渠道 channel", 10),
    ("差评原因 reasons", 30),
    ("市民留言 comment", 40),
    ("评价时间 rated", 17),
    ("立案时间 opened", 17),
    ("首次联系时限 contact due", 17),
    ("首次联系时间 contacted", 17),
    ("首次联系按时 in time", 10),
    ("首问责任人 first responsible", 12),
    ("核实时间 verified", 17),
    ("核实情况 verification", 40),
    ("整改或解释 rectification", 40),
    ("整改时限 rectification due", 17),
    ("整改或解释时间 rectified", 17),
    ("反馈时限 answer due", 17),
    ("反馈时间 answered", 17),
    ("追评（星） second rating", 10),
    ("申诉 appeal", 10),
    ("申诉结论 verdict", 12),
    ("状态 state", 12),
    ("处理结果 outcome", 16),
    ("并入工单 merged into", 10),
    ("办结时间 closed", 17),
    ("用时（天） days", 10),
    ("超时环节 late", 24),
    ("受理人 held by", 12),
)


def cells(row: LedgerRow, *, with_phone: bool) -> list[Cell]:
    """One row of the file; `with_phone`: masked, for whoever may see that much of the rater."""
    case, record, rating = row.case, row.case.record, row.case.rating
    return [
        case.id,
        record.number,
        RECORD_KINDS[record.kind].zh,
        record.item_name,
        record.area_code,
        record.dept_code,
        record.dept_name,
        case.lead_dept,
        record.window,
        record.phone_masked if with_phone else None,
        _yes_no(record.named),
        rating.stars,
        CHANNELS[rating.channel].zh,
        "；".join(reason(code).zh for code in rating.reasons),
        rating.comment,
        rating.rated_at,
        case.opened_at,
        case.first_contact_due_at,
        case.contacted_at,
        _yes_no(row.contacted_in_time),
        row.responsible,
        row.verified.at if row.verified else None,
        row.verified.note if row.verified else None,
        row.put_right.note if row.put_right else None,
        row.due.get(DeadlineKind.RECTIFY),
        row.put_right.at if row.put_right else None,
        row.due.get(DeadlineKind.ANSWER),
        row.answered.at if row.answered else None,
        row.second.stars if row.second else None,
        GROUNDS[row.appeal.ground].zh if row.appeal else None,
        VERDICTS[row.appeal.verdict].zh if row.appeal and row.appeal.verdict else None,
        CASE_STATES[case.state].zh,
        _result(row),
        case.merged_into_id,
        case.closed_at,
        round(row.days, 1),
        "；".join(DEADLINES[kind].zh for kind in row.late),
        row.held_by,
    ]


# As the form calls its fields.
_FIELDS = {
    "number": "办件编号",
    "case": "工单编号",
    "state": "状态",
    "opened_from": "立案从",
    "opened_to": "立案至",
    "dept": "部门编码",
    "area": "区划代码",
    "kind": "服务类型",
    "result": "处理结果",
    "agent": "首问或受理人（用户编号）",
    "stars": "星级",
    "named": "实名",
    "timely": "时限",
    "step": "待办时限",
    "due_from": "到期从",
    "due_to": "到期至",
    "overdue": "已超时未办",
}
_VALUES: dict[str, Words] = {
    **CASE_STATES,
    **DEADLINES,
    **OUTCOMES,
    **ENDINGS,
    **RECORD_KINDS,
    "open": Words("在办", "open"),
    "yes": Words("是", "yes"),
    "no": Words("否", "no"),
    "in_time": Words("按时", "in time"),
    "late": Words("有超时", "late"),
}


def filter_in_words(typed: Mapping[str, str]) -> str:
    return "；".join(
        f"{_FIELDS[name]}：{_VALUES[text].zh if text in _VALUES else text}" for name, text in typed.items()
    )


def totals(figures: LedgerFigures) -> list[tuple[str, str]]:
    """The figures of the page, each with what it is a share of."""
    cases, closed = figures.cases, figures.closed
    return [
        ("工单（申诉成立的另计） cases", str(cases)),
        ("已办结 closed", _of(closed, cases)),
        ("首次联系按时 contacted in time", _of(figures.in_time, figures.due)),
        ("有环节超时 with a step late", _of(figures.late, cases)),
        ("追评满意，占办结 rated better, of closed", _of(figures.better, closed)),
        ("申诉成立，不计入以上各项 excluded", str(figures.excluded)),
    ]


def _of(part: int, whole: int) -> str:
    return f"{part} / {whole} = {100 * part / whole:.1f}%" if whole else f"{part} / {whole}"


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else "是" if value else "否"


def _result(row: LedgerRow) -> str | None:
    case = row.case
    if case.outcome is not None:
        return OUTCOMES[case.outcome].zh
    return ENDINGS[case.ending].zh if case.ending is not None else None
