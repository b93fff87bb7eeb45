"""Our own texts that come back are no answer, whatever they hold; what the citizen wrote beside one is."""

from collections.abc import Iterator

import pytest

from hotline.rules.replies import Action, parse
from hotline.rules.scale import Scale
from hotline.rules.script import Channel, Script
from hotline.scripts import load_script, script_names

SIGNATURES = {"zh-CN": "吉林市政务服务", "zh-Hant": "吉林市政務服務", "en": "Jilin City Services"}
FACTS: dict[str, object] = {
    "item": "不动产转移登记",
    "code": "0012",
    "label": "非常满意",
    "stars": "5",
    "hours": "24",
    "hotline": "12345",
    "when": "在10月3日前",
    "reasons": "11办事效率，12服务态度，13材料",
    "count": "2",
    "date": "10月3日",
    "list": "11 普通护照换发（尾号0012）；12 户口迁移（尾号0345）",
    "wish": "上午",
    "about": "",
    "coded": "",
}
WRAPPERS = (
    *("{}", "Liked “{}”", 'Disliked "{}"', "Loved “{}”", "Laughed at “{}”", "Emphasized “{}”", "Questioned “{}”"),
    *("Reacted 😡 to “{}”", "Removed a like from “{}”", "赞了“{}”", "踩了“{}”", "对“{}”表示喜欢", "“{}”"),
    *("> {}", ">{}", "转发：{}", "轉發：{}", "Fwd: {}", "[自动回复] {}", "自动回复：{}", "Auto-reply: {}"),
    *("Out of office. {}", "Automatic reply: {}"),
)
ANSWERED = ("5 {}", "5{}", "5\n{}", "5\n> {}", "5，谢谢\n\n> {}", "> {}\n5")


def _scripts() -> list[Script]:
    return [script for script in map(load_script, script_names()) if script.channel is Channel.SMS]


def _texts(script: Script) -> Iterator[str]:
    for language, words in script.words.items():
        for name, template in words.items():
            if isinstance(template, str) and "{signature}" in template:
                yield script.say(name, language, **FACTS, signature=SIGNATURES[language])


@pytest.mark.parametrize("scale", Scale)
@pytest.mark.parametrize("script", _scripts(), ids=lambda script: script.name)
def test_none_of_our_sentences_is_an_answer_when_it_comes_back(script: Script, scale: Scale) -> None:
    texts = list(_texts(script))
    assert len(texts) > 60
    read = {wrapper.format(text): parse(wrapper.format(text), scale).rule for text in texts for wrapper in WRAPPERS}
    assert {text: rule for text, rule in read.items() if rule != "echo"} == {}


@pytest.mark.parametrize("scale", Scale)
@pytest.mark.parametrize("script", _scripts(), ids=lambda script: script.name)
def test_an_answer_beside_one_of_our_sentences_stays_the_answer(script: Script, scale: Scale) -> None:
    read = {frame.format(text): parse(frame.format(text), scale).stars for text in _texts(script) for frame in ANSWERED}
    assert {text: stars for text, stars in read.items() if stars != scale.stars(5)} == {}


@pytest.mark.parametrize(
    ("text", "stars"),
    [
        ("【5】谢谢大家的服务，态度很好，辛苦了", 5),
        ("【非常满意】服务很好，谢谢小王，辛苦了大家", 5),
        ("[微笑]非常满意，谢谢你们的耐心服务", 5),
        ("【北京】5", 5),
        ("我转发给朋友了，5", 5),
        ("5 [呲牙] 谢谢大家，我很满意这次的办事过程和服务态度", 5),
    ],
)
def test_a_citizens_own_brackets_are_no_echo(text: str, stars: int) -> None:
    assert parse(text, Scale.STAR_5_BEST).stars == stars


def test_being_left_alone_is_heard_in_front_of_our_sentence() -> None:
    assert parse("TD【吉林市政务服务】请回复数字评价，退订回T。", Scale.STAR_5_BEST).action is Action.OPTOUT
