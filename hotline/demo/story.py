"""A day at the service hall of 吉林市, scene by scene: what comes in, what the citizen does, what must come of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hotline.demo import cast
from hotline.demo.cast import OUR_NUMBER, Person
from hotline.demo.desk import Department
from hotline.demo.telephones import Telephones

_ASKED = "重听请按星号键"  # the end of the menu's question
_REPEATS = 5


@dataclass(frozen=True, slots=True)
class Town:
    """Where the story plays: the citizens' telephones, and the department's system."""

    telephones: Telephones
    department: Department


@dataclass(frozen=True, slots=True)
class Scene:
    """One service record and what its citizen does; `stars` None = not rated. `texts` = how many they receive.

    `alone`: it changes how the carrier behaves, so nothing else may go on meanwhile.
    """

    title: str
    english: str
    person: Person
    number: str
    stars: int | None
    texts: int
    play: Callable[[Town, Person], None]
    path: str = "transactions"
    record: dict[str, Any] = field(default_factory=dict)
    minutes_ago: int = 30
    alone: bool = False

    def sent(self, now: datetime) -> dict[str, Any]:
        """The record as the department's system sends it."""
        done = (now - timedelta(minutes=self.minutes_ago)).isoformat()
        named = {"number": self.number, "completed_at": done}
        if self.path == "calls":
            named = {"call_id": self.number, "ended_at": done}
        return named | {"phone": self.person.phone, "citizen_name": self.person.name} | self.record


def _replies(*bodies: str) -> Callable[[Town, Person], None]:
    """The invitation arrives; the citizen answers each text in turn and is answered."""

    def play(town: Town, person: Person) -> None:
        town.telephones.texts_received(person.phone, at_least=1)
        for number, body in enumerate(bodies, start=2):
            town.telephones.text(person.phone, OUR_NUMBER, body)
            town.telephones.texts_received(person.phone, at_least=number)

    return play


def _presses(*keys: str) -> Callable[[Town, Person], None]:
    """The telephone rings; the citizen answers, hears the menu, and presses each key in its turn."""

    def play(town: Town, person: Person) -> None:
        call = town.telephones.ringing(person.phone)
        town.telephones.answer(call)
        town.telephones.heard(call, _ASKED)
        for key in keys:
            town.telephones.press_and_listen(call, key)
        town.telephones.ended(call)

    return play


def _presses_and_hangs_up(town: Town, person: Person) -> None:
    """The key, and at once the receiver: the rating stands all the same."""
    call = town.telephones.ringing(person.phone)
    town.telephones.answer(call)
    town.telephones.heard(call, _ASKED)
    town.telephones.press(call, "1")
    town.telephones.hang_up(call)


def _hangs_up_silently(town: Town, person: Person) -> None:
    call = town.telephones.ringing(person.phone)
    town.telephones.answer(call)
    town.telephones.heard(call, _ASKED)
    town.telephones.hang_up(call)


def _is_busy(town: Town, person: Person) -> None:
    town.telephones.busy(town.telephones.ringing(person.phone))


def _rings_us(town: Town, person: Person) -> None:
    """The citizen got the text, but would rather call and press a key."""
    town.telephones.texts_received(person.phone, at_least=1)
    call = town.telephones.ring(person.phone, OUR_NUMBER)
    town.telephones.heard(call, _ASKED)
    town.telephones.press(call, "5")
    town.telephones.ended(call)


def _is_repeated(town: Town, person: Person) -> None:
    """The carrier repeats the webhook of one reply: one rating, one answer."""
    town.telephones.texts_received(person.phone, at_least=1)
    town.telephones.be_nasty(repeat=_REPEATS)
    try:
        town.telephones.text(person.phone, OUR_NUMBER, "5")
    finally:
        town.telephones.be_nice()
    town.telephones.texts_received(person.phone, at_least=2)


def scenes(now: datetime) -> list[Scene]:
    """The day, in order. Numbers carry the date, as real ones do."""
    day = f"220202{now:%Y%m%d}"

    def item(name: str, department: str, code: str, window: str, staff: str) -> dict[str, Any]:
        return {
            "item_name": name,
            "item_code": code,
            "dept_name": department,
            "dept_code": f"DEPT-{code[:3]}",
            "area_code": "220202",
            "window": window,
            "staff_no": staff,
        }

    return [
        Scene(
            "换领护照，回复“5”",
            "A passport; replies “5”",
            cast.LIU_FANG,
            f"{day}0007",
            5,
            2,
            _replies("5"),
            record=item("普通护照换发", "市公安局出入境管理支队", "GA-0107", "12号窗口", "GA2231"),
            minutes_ago=310,
        ),
        Scene(
            "不动产登记，回复“非常满意，谢谢小李”",
            "Land register; replies in words",
            cast.ZHANG_WEI,
            f"{day}0019",
            5,
            2,
            _replies("非常满意，谢谢小李"),
            record=item("不动产转移登记", "市规划和自然资源局", "GT-0203", "3号窗口", "GT1108"),
            minutes_ago=275,
        ),
        Scene(
            "养老保险，座机接听后按“4”",
            "A pension; a landline, presses 4",
            cast.LI_JIANGUO,
            f"{day}0031",
            4,
            0,
            _presses("4"),
            record=item("城乡居民基本养老保险参保登记", "市人力资源和社会保障局", "RS-0311", "8号窗口", "RS0415"),
            minutes_ago=240,
        ),
        Scene(
            "营业执照，回复“2 排队两个小时”：差评，回访办结",
            "A licence; “2” with a complaint: called back and closed",
            cast.CHEN_JING,
            f"{day}0042",
            2,
            2,
            _replies("2 排队两个小时"),
            record=item("个体工商户设立登记", "市市场监督管理局", "SC-0401", "5号窗口", "SC0932"),
            minutes_ago=200,
        ),
        Scene(
            "12345话务，按“1”后立即挂机：差评",
            "A 12345 call; presses 1 and hangs up: still a bad rating",
            cast.ZHAO_QIANG,
            f"HW{now:%Y%m%d}00356",
            1,
            0,
            _presses_and_hangs_up,
            path="calls",
            record={"agent_no": "T0086", "request_number": f"GD{now:%Y%m%d}0123", "survey": "phone"},
            minutes_ago=65,
        ),
        Scene(
            "外国人工作许可，英文回复",
            "A work permit; answers in English",
            cast.SUN_LI,
            f"{day}0058",
            5,
            2,
            _replies("very satisfied"),
            record=item("外国人来华工作许可", "市科学技术局", "KJ-0502", "16号窗口", "KJ0077") | {"language": "en"},
            minutes_ago=150,
        ),
        Scene(
            "先回复“收到”，追问后回复“４”",
            "Answers “received”, is asked once, then “４”",
            cast.ZHOU_MIN,
            f"{day}0063",
            4,
            3,
            _replies("收到", "４"),
            record=item("公积金提取", "市住房公积金管理中心", "GJ-0603", "9号窗口", "GJ0210"),
            minutes_ago=130,
        ),
        Scene(
            "座机接听后未按键：不计评价",
            "Answers, presses nothing: not rated",
            cast.WU_GANG,
            f"{day}0070",
            None,
            0,
            _hangs_up_silently,
            record=item("城乡居民医保参保登记", "市医疗保障局", "YB-0701", "7号窗口", "YB0318"),
            minutes_ago=120,
        ),
        Scene(
            "回复“退订”：今后不再打扰",
            "Opts out: not asked again",
            cast.ZHENG_XUE,
            f"{day}0075",
            None,
            2,
            _replies("退订"),
            record=item("机动车驾驶证补换", "市公安局交通管理支队", "GA-0801", "2号窗口", "GA2240"),
            minutes_ago=110,
        ),
        Scene(
            "座机按错键、听重播，再按“3”",
            "A wrong key, hears it again, then 3",
            cast.QIAN_JIN,
            f"{day}0081",
            3,
            0,
            _presses("9", "*", "3"),
            record=item("老年人优待证办理", "市民政局", "MZ-0901", "10号窗口", "MZ0126"),
            minutes_ago=95,
        ),
        Scene(
            "运营商把一条回复重复推送6次：只记一次",
            "One reply, delivered six times: rated once",
            cast.HAN_MEI,
            f"{day}0088",
            5,
            2,
            _is_repeated,
            record=item("生育登记", "市卫生健康委员会", "WJ-1001", "11号窗口", "WJ0057"),
            minutes_ago=80,
            alone=True,
        ),
        Scene(
            "先评“3”，改评“4”：以最后一次为准",
            "Rates 3, changes it to 4",
            cast.YANG_FAN,
            f"{day}0093",
            4,
            3,
            _replies("3", "改成4"),
            record=item("社会保障卡申领", "市人力资源和社会保障局", "RS-0322", "8号窗口", "RS0415"),
            minutes_ago=60,
        ),
        Scene(
            "收到短信，改打热线按“5”",
            "Gets the text, calls the hotline instead, presses 5",
            cast.MA_LIN,
            f"{day}0097",
            5,
            1,
            _rings_us,
            record=item("新生儿落户", "市公安局户政支队", "GA-0115", "1号窗口", "GA2205"),
            minutes_ago=45,
        ),
        Scene(
            "座机占线：改时间再打",
            "The line is busy: called again later",
            cast.GUO_LEI,
            f"{day}0102",
            None,
            0,
            _is_busy,
            record=item("残疾人证换领", "市残疾人联合会", "CL-1101", "10号窗口", "CL0033"),
            minutes_ago=35,
        ),
    ]
