"""Wording that says one thing to the machine and another to a citizen: each of these was, or could be, activated."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.rules.item_names import item_told
from hotline.rules.scale import STAR_LABELS, Scale
from hotline.rules.script import Channel, Script
from hotline.rules.script_faults import Kind, text_faults
from hotline.rules.segments import count
from hotline.rules.sentences import SENTENCES
from hotline.scripts import load_script, script_names

SIGNED = "【{signature}】"
LISTS = {
    Scale.STAR_5_BEST: "5非常满意，4满意，3基本满意，2不满意，1非常不满意。",
    Scale.RANK_1_BEST: "1非常满意，2满意，3基本满意，4不满意，5非常不满意。",
}
LABEL_FIRST = {
    Scale.STAR_5_BEST: "非常满意请按5，满意请按4，基本满意请按3，不满意请按2，非常不满意请按1。",
    Scale.RANK_1_BEST: "非常满意请按1，满意请按2，基本满意请按3，不满意请按4，非常不满意请按5。",
}
ENGLISH = {
    Scale.STAR_5_BEST: "5 very good, 4 good, 3 fair, 2 poor, 1 very poor. ",
    Scale.RANK_1_BEST: "1 very good, 2 good, 3 fair, 4 poor, 5 very poor. ",
}


def mirrored(text: str) -> str:
    """The same for the other scale."""
    return text.translate(str.maketrans("12345一二三四五", "54321五四三二一"))


def kinds(
    name: str, text: str, language: str = "zh-CN", channel: Channel = Channel.SMS, scale: Scale = Scale.STAR_5_BEST
) -> set[Kind]:
    return {fault.kind for fault in text_faults(channel, scale, language, name, text)}


# Each as it is for 5 = best, and mirrored for 1 = best. `@` is the right list of that scale.
BEHIND_THE_LIST = [
    "@非常满意请按1，非常不满意请按5。",
    "@非常满意请按1，满意请按2，基本满意请按3，不满意请按4，非常不满意请按5。",
    "@1非常满意，2满意，3基本满意，4不满意，5非常不满意。",
    "@好评请回1，差评请回5。",
    "@最满意回1。",
    "@十分满意请发送1。",
    "@十分满意请发送一。",
    "@数字越小越满意。",
    "@以上请按相反理解。",
    "@回复1赞，5踩。",
    "@1分最高。",
    "@不满意的请留言。",
    "@好评如潮。",
    "优秀在前：@",
    "非满意请回@",
    "@（仅供参考，实际1为好）。",
    "请勿回复@",
    "不要回复@",
    "1非常满意5，2满意4，3基本满意3，4不满意2，5非常不满意1。",
    "1 非常满意 5，2 满意 4，3 基本满意 3，4 不满意 2，5 非常不满意 1。",
    "5非常满意的反面，4满意，3基本满意，2不满意，1非常不满意的反面。",
    "05非常满意，04满意，03基本满意，02不满意，01非常不满意。",
    "3.5非常满意，4满意，3基本满意，2不满意，1非常不满意。",
    "5非常满意，4满意，3基本满意，2不满意，1非常不满意的反面。",
    "{hotline}5非常满意，4满意，3基本满意，2不满意，1非常不满意。",
]


def turned(text: str, scale: Scale) -> str:
    return text if scale is Scale.STAR_5_BEST else mirrored(text)


def test_a_question_with_its_list_and_anything_that_could_turn_it_is_refused() -> None:
    asked = {(s, text): SIGNED + turned(text, s).replace("@", LISTS[s]) for s in Scale for text in BEHIND_THE_LIST}
    refusals = {Kind.SCALE_STRAY, Kind.SCALE_UNSAID}
    assert [text for (s, _), text in asked.items() if not kinds("clarify", text, scale=s) & refusals] == []
    assert [kinds("clarify", f"{SIGNED}请回复：{LISTS[s]}谢谢。", scale=s) for s in Scale] == [set(), set()]


def test_the_menu_says_nothing_beside_its_list() -> None:
    beside = ["按1非常满意，按5非常不满意。", "1是最满意，5是最差。", "按1最高分。", "一为满意。"]
    for scale in Scale:
        told = {
            text: kinds("ask", LABEL_FIRST[scale] + turned(text, scale), "zh-CN", Channel.PHONE, scale)
            for text in beside
        }
        assert [text for text in beside if told[text] != {Kind.SCALE_STRAY}] == []
        assert kinds("ask", f"{LABEL_FIRST[scale]}重听请按星号键。", "zh-CN", Channel.PHONE, scale) == set()


def test_nor_in_english() -> None:
    beside = [
        "Press 1 if very satisfied.",
        "1 is best.",
        "1 = great, 5 = awful.",
        "1 (best) to 5 (worst).",
        "Press one for very good.",
        "Lower is better.",
        "The first one is great.",
        "Do not reply 5.",
    ]
    for scale in Scale:
        asked = f"[{{signature}}] Please reply {ENGLISH[scale]}"
        told = {text: kinds("clarify", asked + turned(text, scale), "en", scale=scale) for text in beside}
        assert [text for text in beside if told[text] != {Kind.SCALE_STRAY}] == []
        assert kinds("clarify", asked, "en", scale=scale) == set()


def test_a_sentence_that_asks_for_no_score_names_no_key() -> None:
    untrue = [
        ("thanks_good", "已记录：{label}。下次{label}请回复1。"),
        ("thanks_good", "已记录：{label}，1={label}。"),
        ("thanks_good", "已记录：{label}（1分最高，5分最低）。"),
        ("thanks_good", "已记录：不{label}。"),
        ("thanks_good", "已记录：并非{label}。"),
        ("thanks_good", "已记录：非常{label}。"),
        ("thanks_good", "已记录：{label}，{stars}为满意。"),
        ("thanks_good", "已记录：{label}，{label}请按{hours}。"),
        ("thanks_good", "已记录：{label}。一表示满意。"),
        ("withdrawn", "已撤回，请回复1至5的数字，1为最好，5为最差。"),
        ("withdrawn", "已撤回，请回复1至5的数字，由好到差。"),
        ("withdrawn", "已撤回，1代表最满意。"),
        ("withdrawn", "已撤回，数字越小越满意。"),
        ("withdrawn", "已撤回，1星最好。"),
        ("withdrawn", "已撤回，请勿回复5。"),
        ("which_one_and_score", "请回复“序号 评分”，如“11 5”：{list}。1为非常满意，5为非常不满意。"),
        ("which_one_and_score", "请回复“序号 评分”，如“11 5”：{list}。5为非常满意，1为非常不满意。1最好。"),
        ("own_words", "回复1表示满意"),
    ]
    said = [
        (scale, name, SIGNED * (name != "own_words") + turned(text, scale)) for scale in Scale for name, text in untrue
    ]
    assert [one for one in said if Kind.SCALE_STRAY not in kinds(*one[1:], scale=one[0])] == []


def test_what_a_careful_writer_would_say_passes() -> None:
    written = [
        ("thanks_good", "【{signature}】已记录：{label}（{stars}星）。如需更改，{hours}小时内回复数字。", "zh-CN"),
        ("thanks_good", "[{signature}] Recorded: {label} ({stars} of 5). Thank you!", "en"),
        (
            "withdrawn",
            "【{signature}】已撤回。请回复1-5的数字，办好后2至3个工作日内答复。",
            "zh-CN",
        ),
        ("late", "【{signature}】感谢您的好评，第一时间为您服务，办公时间为周一至周五 9:00至17:00。", "zh-CN"),
        ("which_one_and_score", "【{signature}】请回复，如“12 4”：{list}。非常满意请回5，非常不满意请回1。", "zh-CN"),
        ("withdrawn", "【{signature}】已撤回。请回复：5非常满意，4满意，3一般，2不满意，1非常不满意。", "zh-CN"),
        (
            "clarify",
            "【{signature}】非常满意，请回五；满意，请回四；一般，请回三；不满意，请回二；很差，请回一。",
            "zh-CN",
        ),
    ]
    assert [(row, found) for row in written if (found := kinds(*row))] == []


def test_a_promise_must_be_made_in_words_that_are_known() -> None:
    unknown = [
        ("回复不免费，退订回T。", Kind.NOT_FREE, "zh-CN"),
        ("并非回复免费，退订回T。", Kind.NOT_FREE, "zh-CN"),
        ("收费1元，查询免费，退订回T。", Kind.NOT_FREE, "zh-CN"),
        ("回复免费，每条收费，退订回T。", Kind.NOT_FREE, "zh-CN"),
        ("回复免费，退订不能回T。", Kind.TEACHES_NOTHING, "zh-CN"),
        ("回复免费，退订请勿回T。", Kind.TEACHES_NOTHING, "zh-CN"),
        ("回复免费，不要回T退订。", Kind.TEACHES_NOTHING, "zh-CN"),
        ("回复免费，想再收到短信请回T。", Kind.TEACHES_NOTHING, "zh-CN"),
        ("回复免费，退订有T恤赠送。", Kind.TEACHES_NOTHING, "zh-CN"),
        ("Replies are not free; T to stop.", Kind.NOT_FREE, "en"),
        ("Replies are free, a fee is charged; T to stop.", Kind.NOT_FREE, "en"),
        ("Free to reply; do not send T to stop.", Kind.TEACHES_NOTHING, "en"),
        ("Free to reply; T for more.", Kind.TEACHES_NOTHING, "en"),
    ]
    asked = {"zh-CN": f"评价{{signature}}{{code}}：{LISTS[Scale.STAR_5_BEST]}"}
    asked["en"] = f"{{signature}} {{code}}: {ENGLISH[Scale.STAR_5_BEST]}"
    known = {"zh-CN": "免费回复，回复TD即可退订。", "en": "Replying is free, T=stop."}
    assert [row for row in unknown if row[1] not in kinds("invite_call", asked[row[2]] + row[0], row[2])] == []
    assert [kinds("invite_call", asked[one] + known[one], one) for one in asked] == [set(), set()]


def test_words_under_another_language_are_refused() -> None:
    swaps = [("zh-CN", "en"), ("zh-Hant", "en"), ("en", "zh-CN"), ("zh-CN", "zh-Hant"), ("zh-Hant", "zh-CN")]
    for script, asking in ((load_script("sms-stars"), "clarify"), (load_script("phone-stars"), "ask")):
        for under, of in swaps:
            with pytest.raises(ValueError, match="is not of its language"):
                Script.model_validate(script.model_dump() | {"words": {under: script.words[of]}})
            said = str(script.words[of][asking])
            assert kinds(asking, said, under, script.channel, script.scale) == {Kind.OTHER_LANGUAGE}, (under, of)


def test_a_name_of_a_level_is_read_as_that_level_and_is_of_its_language() -> None:
    refusals = {Kind.WRONG_LABEL, Kind.OTHER_LANGUAGE}
    wrong = ["满意", "5", "非常满意度", "very good", "非常满意请按1"]
    assert [label for label in wrong if not kinds("labels.5", label) & refusals] == []


def test_all_that_is_wrong_with_one_text_is_told_at_once() -> None:
    found = kinds("invite_call", "Reply {phone} {1}")
    assert found == {
        Kind.BRACE,
        Kind.STRANGE_FACT,
        Kind.FACT_MISSING,
        Kind.SCALE_UNSAID,
        Kind.NOT_FREE,
        Kind.TEACHES_NOTHING,
        Kind.OTHER_LANGUAGE,
    }


STATING = [
    (script, name, str(script.words["zh-CN"][name]))
    for script in map(load_script, script_names())
    for name, sentence in SENTENCES[script.channel].items()
    if sentence.states_scale
]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(STATING),
    st.sampled_from("12345一二三四五①⑤５Ⅴ"),
    st.sampled_from([*STAR_LABELS.values(), "好", "差", "最好", "赞"]),
    st.sampled_from(
        ["{key}{label}。", "{label}请按{key}。", "{label}：{key}。", "{key}（{label}）。", "{key}、{label}"]
    ),
    st.booleans(),
)
def test_one_more_pair_anywhere_is_refused(
    stating: tuple[Script, str, str], key: str, label: str, form: str, in_front: bool
) -> None:
    script, name, text = stating
    pair = form.format(key=key, label=label)
    said = pair + text if in_front else text + pair
    assert kinds(name, said, channel=script.channel, scale=script.scale) & {Kind.SCALE_STRAY, Kind.SCALE_UNSAID}


def test_invitations_cost_two_segments_in_every_language_with_a_chinese_item() -> None:
    signatures = {"zh-CN": "吉林市政务服务", "zh-Hant": "吉林市政務服務", "en": "Jilin City Services"}
    asking = ("invite_transaction", "invite_batch", "invite_call", "remind_transaction", "remind_call", "again_call")
    items = ("外国人来华工作许可", "城乡居民基本医疗保险参保登记业务", "Passport, new")
    said = [
        load_script(name).say(
            sentence,
            language,
            signature=signature,
            date="22 Nov" if language == "en" else "11月22日",
            item=item_told(item, language),
            code="0012",
            count="120",
            hotline="12345",
        )
        for name in ("sms-stars", "sms-rank")
        for sentence in asking
        for language, signature in signatures.items()
        for item in items
    ]
    assert [text for text in said if count(text).segments > 2] == []
