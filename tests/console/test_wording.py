"""The pages on which an administrator writes texts: nothing typed is lost, nothing false goes out, readers read."""

import html
import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from hotline.actions import wording
from hotline.console import wording_words
from hotline.console.wording_view import changes
from hotline.rules.script_faults import Fault, Kind, names
from hotline.rules.sentences import SENTENCES, TABLES
from hotline.scripts import load_script, script_names
from hotline.services import Services
from hotline.tables import AuditEntry, ScriptVersion
from tests.cast import all_of, only
from tests.console.conftest import Visitor

Visit = Callable[..., Visitor]
EDITOR = "/console/wording/sms-stars"


def form_of(page: TestResponse) -> dict[str, str]:
    """Every field of the editor's form, as a browser would send it."""
    text = page.text
    fields = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', text, re.DOTALL)
    fields += re.findall(r'<input id="[^"]+" name="([^"]+)"[^>]*? value="([^"]*)"', text)
    fields += re.findall(r'<input type="radio" name="([^"]+)" value="([^"]+)"[^>]* checked', text)
    fields += re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text)
    return {name: html.unescape(value) for name, value in fields}


def write(visitor: Visitor, start: str = EDITOR, note: str = "节日问候", **changes: str) -> TestResponse:
    """Open the editor, change some texts of zh-CN (`late=…`) and save."""
    form = form_of(visitor.get(start)) | {"note": note}
    changed = {name if name == "scale" else f"zh-CN.{name}": text for name, text in changes.items()}
    return visitor.post(EDITOR, **form | changed)


def press_activate(visitor: Visitor, version: int) -> TestResponse:
    page = visitor.get(f"{EDITOR}/{version}")
    assert "确认启用" in page.text
    return visitor.post(f"{EDITOR}/{version}/activate", in_use=form_of(page)["in_use"])


def test_what_is_written_becomes_a_draft_then_what_citizens_are_told(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    admin = visit("admin")
    saved = write(admin, late="【{signature}】评价期限已过，感谢您的关注。", note="更客气，电话 13844328000")
    assert (saved.status_code, saved.location) == (303, f"{EDITOR}/101?language=zh-CN")
    page = admin.get(f"{EDITOR}/101").text
    assert page.count('<p class="change"') == 1
    assert "关注" in "".join(re.findall("<ins>(.*?)</ins>", page))
    assert "138****8000" in page
    assert "13844328000" not in page
    assert page.count("一致") == 33
    assert press_activate(admin, 101).location == "/console/wording"
    with house.database.read() as session:
        said = wording.script_in_use(session, "sms-stars").words["zh-CN"]["late"]
    assert said == "【{signature}】评价期限已过，感谢您的关注。"
    entry = only(house, AuditEntry, action="wording_activated")
    assert (entry.actor, entry.subject) == ("admin", "script:sms-stars@101")
    listed = admin.get("/console/wording").text
    assert re.search(r"版本 101</a></th>\s*<td role=\"cell\">.*?正在使用", listed, re.DOTALL)
    assert "确认启用" not in admin.get(f"{EDITOR}/101").text


def test_a_draft_that_disagrees_is_kept_and_shows_why_and_cannot_be_pressed_through(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    admin = visit("admin")
    clarify = "【{signature}】请回复：5非常满意，4满意，2基本满意，3不满意，1非常不满意。{item.__class__}"
    assert write(admin, clarify=clarify).location == f"{EDITOR}/101?language=zh-CN"
    page = admin.get(f"{EDITOR}/101").text
    assert "尚有 2 处问题，不能启用" in page
    assert "连续写明，每个数字和每一档各写一次（例如：5非常满意，" in page
    assert "花括号只能用于插入信息，请检查“{item.__class__”" in page
    assert f"{EDITOR}?language=zh-CN&amp;from=101#zh-CN-clarify" in page
    assert page.count("不符") == 1
    assert "确认启用" not in page
    refused = admin.post(f"{EDITOR}/101/activate", in_use="1")
    assert refused.status_code == 409
    assert "该版本还有下列问题" in refused.text
    again = admin.get(f"{EDITOR}?from=101")
    assert form_of(again)["zh-CN.clarify"] == clarify
    assert "{item.__class__}" in again.text  # shown as it stands, and never filled in


def test_a_version_that_changes_nothing_says_so_before_it_is_activated(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    admin = visit("admin")
    write(admin)
    page = admin.get(f"{EDITOR}/101").text
    assert "内容与正在使用的版本完全相同，无需启用" in page
    assert 'id="same"' in page
    write(admin, late="【{signature}】评价期限已过。")
    assert 'id="same"' not in admin.get(f"{EDITOR}/102").text


def test_a_promise_that_is_not_known_is_answered_with_those_that_are(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    write(admin := visit("admin"), invite_call="【{signature}】{code}：回复不免费，退订请勿回T。", late="Too late.")
    page = admin.get(f"{EDITOR}/101").text
    for said in ("回复免费、免费回复、", "“Free to reply”", "退订回T、退订请回复T", "是否填错了语言"):
        assert said in page


def test_what_cannot_be_kept_is_shown_again_as_it_was_typed(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    admin = visit("admin")
    refused = write(admin, late="第一行\n第二行", help="改了一半", note="<b>原因</b>")
    assert refused.status_code == 400
    assert "有的文字无法保存" in refused.text
    assert "含有换行或看不见的字符（U+000A）" in refused.text
    typed = form_of(refused)
    assert (typed["zh-CN.late"], typed["zh-CN.help"], typed["note"]) == ("第一行\n第二行", "改了一半", "<b>原因</b>")
    unsaid = write(admin, help="改了一半", note=" ")
    assert unsaid.status_code == 400
    assert "请填写修改原因" in unsaid.text
    assert form_of(unsaid)["zh-CN.help"] == "改了一半"
    assert all_of(house, ScriptVersion) == []


def test_a_stale_page_is_told_what_has_changed(visit: Visit, staff: dict[str, int], house: Services) -> None:
    admin, other = visit("admin"), visit("admin")
    write(admin, late="【{signature}】甲。")
    write(other, late="【{signature}】乙。")
    seen = form_of(other.get(f"{EDITOR}/102"))["in_use"]
    press_activate(admin, 101)
    refused = other.post(f"{EDITOR}/102/activate", in_use=seen)
    assert refused.status_code == 409
    assert "另一个版本已经启用" in refused.text
    assert "与版本 101 相比的改动" in refused.text
    assert press_activate(other, 102).status_code == 303
    used = other.post(f"{EDITOR}/101/activate", in_use="102")
    assert used.status_code == 409
    assert "该版本已经启用过" in used.text


def test_the_keys_are_turned_only_as_a_whole_and_the_page_warns(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    admin = visit("admin")
    assert write(admin, scale="rank_1_best").status_code == 303
    assert "尚有 36 处问题" in admin.get(f"{EDITOR}/101").text  # 12 sentences in 3 languages
    turned = {
        f"{language}.{name}": str(text)
        for language, own in load_script("sms-rank").words.items()
        for name, text in own.items()
        if isinstance(text, str)
    }
    form = form_of(admin.get(EDITOR)) | turned | {"scale": "rank_1_best", "note": "与电话一致"}
    assert admin.post(EDITOR, **form).location == f"{EDITOR}/102?language=zh-CN"
    page = admin.get(f"{EDITOR}/102").text
    assert "启用后按键方向将反过来：1 为非常满意" in page
    assert "短信和电话的按键方向相反" in page
    press_activate(admin, 102)
    assert "短信和电话的按键方向相反" in admin.get("/console/wording").text


def test_while_writing_the_server_says_how_it_reads_what_it_costs_and_what_is_wrong(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    admin = visit("admin")
    admin.get(EDITOR)

    def check(language: str, name: str, text: str) -> str:
        return admin.post(f"{EDITOR}/check", scale="star_5_best", **{f"{language}.{name}": text}).text

    late = check("zh-CN", "late", "【{signature}】评价期限已过。<b>")
    assert 'id="live-zh-CN-late" hx-swap-oob="true"' in late
    assert "【吉林市政务服务】评价期限已过。&lt;b&gt;" in late
    assert re.search(r"1 条.*UCS-2 · 19 字", late, re.DOTALL)
    assert 'class="fault"' not in late
    english = check("en", "late", "[{signature}] It’s too late.")
    assert "因含有 ’，整条按 UCS-2 计费" in english
    long = check("zh-CN", "invite_call", "【{signature}】" + "评" * 140)
    assert "badge-soon" in long
    assert "必须写明{code}（编号后四位）" in long
    assert "系统不会把它读作 5 星" in check("zh-CN", "labels.5", "不满意")
    assert all_of(house, ScriptVersion) == []


@pytest.mark.parametrize("role", ["supervisor", "auditor"])
def test_readers_read_every_version_and_are_offered_nothing_to_press(
    visit: Visit, staff: dict[str, int], role: str
) -> None:
    write(visit("admin"), late="【{signature}】甲。", note="改一句")
    reader = visit(role)
    page = reader.get(f"{EDITOR}/101").text
    for path in ("/console/wording", f"{EDITOR}/101", f"{EDITOR}/1"):
        shown = reader.get(path).text
        assert "csrf_token" not in shown.replace('name="csrf_token"', "", 1)  # logging out
        assert "编写" not in re.sub(r"编写 <span", "", shown)
    assert "改一句" in page


def test_an_unknown_script_or_version_is_not_found(visit: Visit, staff: dict[str, int]) -> None:
    admin = visit("admin")
    for path in (
        "/console/wording/nothing",
        "/console/wording/nothing/101",
        f"{EDITOR}/101",
        f"{EDITOR}?from=999",
        f"{EDITOR}/1?against=7",
    ):
        assert admin.get(path).status_code == 404, path
    assert admin.post("/console/wording/nothing", note="x").status_code == 404
    assert admin.post("/console/wording/nothing/check").status_code == 404


def test_every_sentence_fact_and_fault_has_words_for_the_page() -> None:
    for channel, sentences in SENTENCES.items():
        shown = [name for _, group in wording_words.GROUPS[channel] for name in group]
        assert sorted(shown) == sorted(sentences)
        assert {fact for each in sentences.values() for fact in each.facts} <= set(wording_words.FACTS)
        for table, entries in TABLES[channel].items():
            assert set(wording_words.TABLES[table][1]) == set(entries)
    for kind in Kind:
        known = {Kind.SCALE_UNSAID: "rank_1_best", Kind.TEACHES_NOTHING: "optout", Kind.WRONG_WISH: "noon"}
        detail = known.get(kind, "{}x")
        said = wording_words.said_of(Fault("zh-CN", "late", kind, detail))
        assert said.zh
        assert said.en
    for name in script_names():
        script = load_script(name)
        assert set(script.languages) <= set(wording_words.LANGUAGES)
        assert all(wording_words.name_of(script.channel, text).en for text in names(script.channel))


def test_a_change_is_shown_by_characters_in_chinese_by_words_in_english_and_facts_whole() -> None:
    def document(zh: str, en: str) -> dict[str, object]:
        return {"channel": "sms", "words": {"zh-CN": {"late": zh}, "en": {"late": en}}}

    found = changes(document("您于{date}评价", "a big house"), document("您在{item}评价", "a small house"))
    assert [(change.language, change.pieces) for change in found] == [
        (
            "zh-CN",
            (("same", "您"), ("out", "于{date}"), ("in", "在{item}"), ("same", "评价")),
        ),
        ("en", (("same", "a "), ("out", "big"), ("in", "small"), ("same", " house"))),
    ]
