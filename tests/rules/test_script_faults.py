"""What makes a script unusable, each kind by an edit of a real sentence; and that none of it can be made a Script."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.rules.level_names import named_stars
from hotline.rules.scale import Scale
from hotline.rules.script import Channel, Script
from hotline.rules.script_faults import Kind, faults, names, text_faults
from hotline.rules.sentences import SENTENCES
from hotline.rules.statement import keys_read
from hotline.scripts import load_script, script_names

SMS, PHONE = load_script("sms-stars"), load_script("phone-stars")


def kinds(name: str, old: str, new: str, language: str = "zh-CN", script: Script = SMS) -> list[tuple[Kind, str]]:
    """What is wrong with a sentence after one edit."""
    text = str(script.words[language][name])
    assert old in text
    found = text_faults(script.channel, script.scale, language, name, text.replace(old, new, 1))
    return [(fault.kind, fault.detail) for fault in found]


def test_one_edit_is_one_fault() -> None:
    edits = [
        ("clarify", "抱歉", "抱\0歉", Kind.CONTROL, "U+0000"),
        ("clarify", "抱歉", "抱\n歉", Kind.CONTROL, "U+000A"),
        ("clarify", "抱歉", "抱\u202e歉", Kind.CONTROL, "U+202E"),
        ("clarify", "抱歉", "评" * 1600, Kind.TOO_LONG, ""),
        ("which_one", "{list}", "{list}{list}{list}{list}", Kind.TOO_LONG_FILLED, ""),
        ("late", "{hotline}", "{hotline.__class__}", Kind.BRACE, "{hotline.__class__"),
        ("late", "{hotline}", "{hotline!r:>99}", Kind.BRACE, "{hotline!r:>99"),
        ("late", "{hotline}", "{hotline[0]}", Kind.BRACE, "{hotline[0]"),
        ("late", "{signature}", "{signature} {{}}", Kind.BRACE, "{"),
        ("late", "{hotline}。", "{", Kind.BRACE, "{"),
        ("late", "{signature}", "{signature} {phone}", Kind.STRANGE_FACT, "phone"),
        ("no_item", "政务", "{signature}政务", Kind.STRANGE_FACT, "signature"),
        ("late", "{signature}", "某市", Kind.FACT_MISSING, "signature"),
        ("invite_transaction", "{code}", "0012", Kind.FACT_MISSING, "code"),
        ("ask_reasons", "{reasons}", "态度", Kind.FACT_MISSING, "reasons"),
        ("invite_transaction", "4满意", "3满意", Kind.SCALE_UNSAID, "star_5_best"),
        ("invite_transaction", "4满意，", "", Kind.SCALE_UNSAID, "star_5_best"),
        ("which_one_and_score", "5为非常满意，1为", "5为非常满意，2为", Kind.SCALE_STRAY, "5、非常满意、2、非常不满意"),
        ("thanks_good", "感谢", "1非常满意，感谢", Kind.SCALE_STRAY, "1、非常满意"),
        ("invite_call", "回复免费，", "", Kind.NOT_FREE, ""),
        ("remind_call", "，退订回T", "", Kind.TEACHES_NOTHING, "optout"),
        ("remind_call", "退订回T", "退订回N", Kind.TEACHES_NOTHING, "optout"),
        ("opted_out", "“恢复”", "“回来”", Kind.TEACHES_NOTHING, "optin"),
    ]
    told = [(*edit, kinds(*edit[:3])) for edit in edits]
    assert [row for row in told if row[5] != [(row[3], row[4])]] == []


def test_what_says_the_same_in_other_words_is_no_fault() -> None:
    edits = [
        ("invite_call", "退订回T", "退订请回复退订", "zh-CN"),
        ("invite_call", "退订回T", "退订请回复“TD”", "zh-CN"),
        ("invite_call", "回覆免費，退訂回T", "回覆不收費，退訂請回覆「退訂」", "zh-Hant"),
        ("invite_call", "T to stop", "To opt out, reply STOP", "en"),
        ("clarify", "5非常满意", "５非常满意", "zh-CN"),
        ("clarify", "3基本满意", "3一般", "zh-CN"),
        ("clarify", "抱歉，", "", "zh-CN"),
    ]
    assert [(edit, found) for edit in edits if (found := kinds(*edit))] == []


def test_what_is_no_text_is_a_fault_and_never_an_error() -> None:
    texts: list[object] = ["", "  ", None, 5, ["5"]]
    words = PHONE.words["en"]
    found = [faults(Channel.PHONE, PHONE.scale, {"en": {**words, "silence": text}}) for text in texts]
    assert [(fault.sentence, fault.kind) for faults_found in found for fault in faults_found] == [
        *[("silence", Kind.EMPTY)] * 2,
        *[("silence", Kind.NO_TEXT)] * 3,
    ]


def test_all_faults_are_told_at_once_and_none_makes_a_script() -> None:
    words = {language: dict(own) for language, own in SMS.words.items()}
    words["zh-CN"]["labels"] = {**SMS.words["zh-CN"]["labels"], "5": "满意"}  # type: ignore[dict-item]
    words["zh-Hant"]["extra"] = "多餘"
    del words["en"]["late"]
    found = faults(SMS.channel, SMS.scale, words)
    assert [(f.language, f.sentence, f.kind) for f in found] == [
        ("zh-CN", "labels.5", Kind.WRONG_LABEL),
        ("zh-Hant", "extra", Kind.NO_SUCH_SENTENCE),
        ("en", "late", Kind.NO_SENTENCE),
    ]
    with pytest.raises(ValueError, match=r"labels\.5 does not name 5 stars; zh-Hant: extra .*; en: late has no words"):
        Script.model_validate(SMS.model_dump() | {"words": words})
    with pytest.raises(ValueError, match="words"):
        Script.model_validate(SMS.model_dump() | {"words": {}})


STATING = [
    (script, language, name)
    for script in map(load_script, script_names())
    for language in script.languages
    for name, sentence in SENTENCES[script.channel].items()
    if sentence.states_scale
]


@settings(max_examples=100)
@given(st.sampled_from(STATING), st.data())
def test_no_digit_of_a_stating_sentence_can_be_changed(stating: tuple[Script, str, str], data: st.DataObject) -> None:
    script, language, name = stating
    text = str(script.words[language][name])
    place = data.draw(st.sampled_from([match.start() for match in re.finditer("[0-9]", text)]))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != text[place]]))
    changed = text[:place] + digit + text[place + 1 :]
    assert [f.kind for f in text_faults(script.channel, script.scale, language, name, changed)] == [Kind.SCALE_UNSAID]


@given(st.text(max_size=200))
def test_any_text_at_all_is_judged_without_an_error(text: str) -> None:
    for name in ("invite_transaction", "no_item", "labels.5"):
        text_faults(Channel.SMS, Scale.STAR_5_BEST, "zh-CN", name, text)


def test_every_script_of_ours_has_exactly_the_sentences_that_are_said() -> None:
    for script in map(load_script, script_names()):
        for own in script.words.values():
            assert {text.partition(".")[0] for text in names(script.channel)} == set(own)


def test_the_proof_shows_every_pair_that_was_read() -> None:
    assert keys_read(str(SMS.words["zh-Hant"]["clarify"])) == ((5, 5), (4, 4), (3, 3), (2, 2), (1, 1))
    assert keys_read("非常满意请按1，满意请按2，满意请按4") == ((5, 1), (4, 2), (4, 4))
    assert keys_read("请评价") == ()
    assert [named_stars(word) for word in ("非常滿意", "不满意", "fair", "满意度", "很满意的")] == [5, 2, 3, None, None]
