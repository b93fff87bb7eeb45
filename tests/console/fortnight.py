"""Two weeks of texts as the pages about them show them: sent, failed, answered, not understood, opted out."""

from datetime import datetime, timedelta

from hotline.actions.opt_outs import opt_in, opt_out
from hotline.actions.rate import Given, rate
from hotline.actions.reviews import add_review, dismiss
from hotline.privacy import SealedPhone
from hotline.rules.phones import read_phone
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.services import Services
from hotline.tables import InboundText, Invitation, OutboundText, ReviewItem, ServiceRecord
from hotline.tables.contacts import TextState
from hotline.tables.replies import Why
from hotline.tables.service import InvitationState, RecordKind
from tests.cast import sid

_STATES = (TextState.DELIVERED, TextState.DELIVERED, TextState.DELIVERED, TextState.SENT, TextState.FAILED)
_CODES = ("30003", "30006", "30007", "30003", "54321")
_SAID = (
    ("还行吧不好说，你们自己看着办", Why.UNCLEAR, "unsure-words"),
    ("服务态度可以，就是" + "来来回回跑了好几趟，" * 12 + "给几分呢", Why.UNCLEAR, "mixed-words"),
    ("4", Why.WHICH_ONE, "digit"),
    ("5 退订", Why.ALSO_RATES, "rating-and-request"),
    ("", Why.UNCLEAR, "empty"),
)


def live_a_fortnight(house: Services) -> int:
    """Put it all into the database; the id of a review item that waits to be decided on."""
    for days_ago in range(14):
        for number in range(3 + days_ago * 7 % 5):
            _ask(house, days_ago, number)
    for number, (body, why, rule) in enumerate(_SAID):
        item_id = _write(house, body, why, rule, timedelta(minutes=5 * number))
    _write(house, "过会儿再说", Why.UNCLEAR, "no-rating", timedelta(), due_in=timedelta(hours=3))
    with house.database.write() as session:
        dismiss(session, item_id, "空白短信，无内容", "王敏", house.now())
        for number in range(3):
            opt_out(session, _phone(house, number), "sms:21610" if number == 1 else "sms", house.now())
        opt_in(session, _phone(house, 2), Channel.SMS, house.now())
        return session.query(ReviewItem).filter_by(decision=None).first().id  # type: ignore[union-attr]


def _ask(house: Services, days_ago: int, number: int) -> None:
    at = house.now() - timedelta(days=days_ago)
    state = _STATES[(days_ago + number) % len(_STATES)]
    phone, failed = _phone(house, number if days_ago < 3 else 10 * days_ago + number), state is TextState.FAILED
    record = _record(phone, f"JL20261123-{days_ago:02}{number:02}", at)
    invitation = Invitation(
        record=record,
        channel=Channel.SMS,
        state=InvitationState.FAILED if failed else InvitationState.SENT,
        script="sms-stars@1",
        language="zh-CN",
        created_at=at,
        sent_at=at,
        expires_at=at + timedelta(days=7),
    )
    text = OutboundText(
        invitation=invitation,
        phone=phone,
        body=f"【吉林市政务服务】您{at:%m月%d日}办理的社会保障卡申领（尾号{record.code}）请评价：5非常满意…1非常不满意。",
        segments=2,
        state=state,
        error_code=_CODES[days_ago % len(_CODES)] if failed else None,
        created_at=at,
    )
    with house.database.write() as session:
        session.add_all([invitation, text])
        session.flush()
        if state is TextState.DELIVERED and number % 2 == 0:
            given = Given(5, Channel.SMS, "5", Scale.STAR_5_BEST, "sms-stars@1", "digit")
            rate(session, record.id, given, house.policy, at + timedelta(minutes=1))


def _record(phone: SealedPhone, number: str, at: datetime) -> ServiceRecord:
    return ServiceRecord(
        kind=RecordKind.TRANSACTION,
        number=number,
        completed_at=at,
        received_at=at,
        item_name="社会保障卡申领",
        phone=phone,
        language="zh-CN",
    )


def _write(house: Services, body: str, why: Why, rule: str, ago: timedelta, due_in: timedelta = timedelta()) -> int:
    text = InboundText(
        carrier="twilio",
        external_id=sid("SM"),
        phone=_phone(house, 1),
        body=body,
        body_box=house.vault.seal(body),
        received_at=house.now() - ago,
        action="clarify",
        rule=rule,
        scale=Scale.STAR_5_BEST,
        answer="【吉林市政务服务】没有读懂您的意思，请回复 1 至 5 的数字。" if rule == "unsure-words" else None,
    )
    with house.database.write() as session:
        session.add(text)
        session.flush()
        add_review(session, text, why, house.now() - ago + due_in, house.now())
        return session.query(ReviewItem).filter_by(text_id=text.id).one().id


def _phone(house: Services, number: int) -> SealedPhone:
    return house.vault.seal_phone(read_phone(f"1384432{8100 + number}", "CN"))
