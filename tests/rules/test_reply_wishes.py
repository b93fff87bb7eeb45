"""Does a call back suit, and when? What does not suit is no wish, and what happened at noon is none either."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.rules.reply_wishes import Wish, read_wish

SAID = {
    Wish.NO_CALL: (
        *(
            "不用回电",
            "不用回电了，谢谢",
            "别打电话",
            "不用联系我",
            "不要给我打电话",
            "不必回访",
            "不需要电话回访",
            "請勿來電",
            "不用",
            "不用了",
            "不需要",
            "不必了",
        ),
        *(
            "no call",
            "No calls please",
            "don't call me",
            "Do not call",
            "no need to call",
            "no",
            "No thanks",
            "0",
            "０",
            "零",
            "0。",
            "0️⃣",
            "别再打电话了",
            "算了",
        ),
        *("不想接电话", "态度太差，不用联系我了", "不用打电话，我下午自己去", "别联系我", "不要打电话，上午下午都没空"),
    ),
    Wish.MORNING: (
        *(
            "上午",
            "早上",
            "上午打",
            "明天上午",
            "上午9点",
            "9点",
            "9点以后",
            "上午十点半",
            "10:00",
            "9点到11点",
            "9-11点",
            "早上八点以后",
            "10点以前",
            "8点",
        ),
        *(
            "morning",
            "In the morning please",
            "mornings are best",
            "9am",
            "before 10am",
            "around 9 am",
            "下午不行，上午可以",
            "下午没空上午可以",
            "上午11点",
        ),
    ),
    Wish.NOON: (
        "中午",
        "中午打给我",
        "中午12点",
        "12点",
        "12点半",
        "noon",
        "lunchtime",
        "12:30",
        "午休时间",
        "下午1点",
    ),
    Wish.AFTERNOON: (
        *(
            "下午",
            "下午打",
            "下午打给我吧",
            "3点以后",
            "三点以后",
            "下午3点",
            "15:00",
            "3点半",
            "15点",
            "2点到4点",
            "after 3pm",
            "after 3",
            "3pm",
            "Afternoon",
        ),
        *(
            "in the afternoon, thanks",
            "请下午回电",
            "明天下午三点",
            "上午不行下午可以",
            "上午没空，下午行",
            "态度太差了，下午打给我",
            "下午４点",
            "叁点以后",
        ),
        *("我上午去的没人，下午打给我", "周一下午", "下午方便", "最好是下午", "可以，下午"),
    ),
    Wish.EVENING: (
        "晚上7点",
        "晚上",
        "傍晚",
        "下班后打",
        "19:00",
        "7点以后",
        "下午6点以后",
        "evening",
        "after 6pm",
        "6点以后",
        "5点以后",
        "今晚八点",
        "晚上吧",
    ),
    Wish.ANY: (
        *(
            "随时",
            "随时可以",
            "随时打",
            "什么时候都行",
            "都可以",
            "都行",
            "any time",
            "Anytime is fine",
            "上午下午都可以",
            "上午或下午",
            "全天",
            "尽快回电",
            "隨時都可以",
        ),
        *("可以打电话", "请回电", "请联系我", "please call me", "9点到5点", "ASAP", "需要"),
    ),
}
NOT_SAID = (
    *(
        "",
        "好",
        "好的",
        "OK",
        "可以",
        "谢谢",
        "你好",
        "不知道",
        "5",
        "满意",
        "不满意",
        "11",
        "周六",
        "明天打给我",
        "25点",
    ),
    *(
        "下午不行",
        "上午不方便",
        "下午没空",
        "晚上别打电话",
        "不要下午打电话",
        "上午不要打电话",
        "白天别打",
        "3点以后不行",
        "3点以后别打电话",
        "除了上午都行",
        "not in the morning",
    ),
    *(
        "上午我去的，窗口没人",
        "下午去窗口排队三个小时",
        "下午打电话，没人接",
        "中午不上班",
        "你们下午不办公",
        "不是不用回电",
        "为什么不回电",
        "不用回电吗？",
        "别忘了打电话给我",
    ),
    *(
        "打电话没人接",
        "你们电话打不通",
        "等了3点",
        "下午开会，上午上班",
        "上午不行，随时可以",
        "can't do afternoon",
        "why no call",
    ),
)


@pytest.mark.parametrize(("wish", "text"), [(wish, text) for wish, texts in SAID.items() for text in texts])
def test_a_wish_is_read(wish: Wish, text: str) -> None:
    assert read_wish(text) is wish


@pytest.mark.parametrize("text", NOT_SAID)
def test_what_does_not_say_when_is_no_wish(text: str) -> None:
    assert read_wish(text) is None


@settings(max_examples=48)
@given(hour=st.integers(1, 23), form=st.sampled_from(["{}:00", "{}点", "{}时", "{}点打给我"]))
def test_clocks_of_the_afternoon_are_not_taken_for_the_morning(hour: int, form: str) -> None:
    wish = read_wish(form.format(hour))
    meant = hour + 12 if hour < 8 else hour  # nobody is called between one and seven at night
    expected = (
        Wish.MORNING if meant < 11 else Wish.NOON if meant < 14 else Wish.AFTERNOON if meant < 18 else Wish.EVENING
    )
    assert wish is expected


@settings(max_examples=100)
@given(st.text(alphabet="上下午晚早不用回电打话别点3:12后前随时都行，。 pmacl0", max_size=14))
def test_anything_is_read_without_error(text: str) -> None:
    assert read_wish(text) in {None, *Wish}
