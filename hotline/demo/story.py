"""A day at the service hall of 吉林市, scene by scene: what comes in, what the citizen does, what must come of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hotline.demo import acts, cast
from hotline.demo.acts import Town
from hotline.demo.cast import Person


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

    pension = item("退休人员养老金资格认证", "市人力资源和社会保障局", "RS-0330", "8号窗口", "RS0417")
    licence = item("食品经营许可变更", "市市场监督管理局", "SC-0455", "5号窗口", "SC0933")
    earlier = {"completed_at": (now - timedelta(minutes=20)).isoformat()}
    transfer = earlier | item("水电气联合过户", "市政务服务局", "ZW-1201", "6号窗口", "ZW0021")
    return [
        Scene(
            "换领护照，回复“5”",
            "A passport; replies “5”",
            cast.LIU_FANG,
            f"{day}0007",
            5,
            2,
            acts.replies("5"),
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
            acts.replies("非常满意，谢谢小李"),
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
            acts.presses("4"),
            record=item("城乡居民基本养老保险参保登记", "市人力资源和社会保障局", "RS-0311", "8号窗口", "RS0415"),
            minutes_ago=240,
        ),
        Scene(
            "营业执照，回复“2 排队两个小时”，追问原因回复“16 下午”：回访办结",
            "A licence; “2”, the reason and a time that suits: called back and closed",
            cast.CHEN_JING,
            f"{day}0042",
            2,
            3,
            acts.replies("2 排队两个小时", "16 下午"),
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
            acts.presses_and_hangs_up,
            path="calls",
            record={"agent_no": "T0086", "request_number": f"GD{now:%Y%m%d}0123", "survey": "phone"},
            minutes_ago=65,
        ),
        Scene(
            "老人请求慢速播报，按“2”确认，选原因、留言，约晚上回电",
            "An old citizen: slower, please; 2, why, a few words, a call in the evening",
            cast.HE_SHULAN,
            f"{day}0049",
            2,
            0,
            acts.tells_why,
            record=item("高龄津贴申领", "市民政局", "MZ-0907", "10号窗口", "MZ0126"),
            minutes_ago=170,
        ),
        Scene(
            "外国人工作许可，英文回复",
            "A work permit; answers in English",
            cast.SUN_LI,
            f"{day}0058",
            5,
            2,
            acts.replies("very satisfied"),
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
            acts.replies("收到", "４"),
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
            acts.hangs_up_silently,
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
            acts.replies("退订"),
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
            acts.presses("7", "*", "3"),
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
            acts.is_repeated,
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
            acts.replies("3", "改成4"),
            record=item("社会保障卡申领", "市人力资源和社会保障局", "RS-0322", "8号窗口", "RS0415"),
            minutes_ago=60,
        ),
        Scene(
            "两件事项待评，回复“5”，追问后回复“11”：只记在第一件",
            "Two services open, one “5”: asked which, says the first; only that is rated",
            cast.XU_NA,
            f"{day}0108",
            5,
            4,
            acts.has_two_open(f"{day}0109", transfer),
            record=pension,
            minutes_ago=40,
        ),
        Scene(
            "三家门店同一事项：合并为一条短信，评价一次",
            "The same business for three shops: one text, one rating",
            cast.SONG_YU,
            f"{day}0115",
            4,
            2,
            acts.has_a_batch(*(licence | earlier | {"number": f"{day}{end}"} for end in ("0116", "0117"))),
            record=licence,
            minutes_ago=25,
        ),
        Scene(
            "回复“4或5”，追问后仍不明确：转人工判读，不猜",
            "“4 or 5”, and no clearer when asked: left to a person, not guessed",
            cast.TAO_JUN,
            f"{day}0127",
            None,
            2,
            acts.cannot_be_read,
            record=item("出租汽车驾驶员从业资格证", "市交通运输局", "JT-1301", "4号窗口", "JT0064"),
            minutes_ago=20,
        ),
        Scene(
            "回复“繁體”换成繁体短信，再回复“滿意”",
            "Asks for traditional characters, then answers in them",
            cast.LIN_MEIYU,
            f"{day}0121",
            4,
            3,
            acts.replies("繁體", "滿意"),
            record=item("台湾居民居住证申领", "市公安局出入境管理支队", "GA-0132", "12号窗口", "GA2231"),
            minutes_ago=50,
        ),
        Scene(
            "收到短信，改打热线按“5”",
            "Gets the text, calls the hotline instead, presses 5",
            cast.MA_LIN,
            f"{day}0097",
            5,
            1,
            acts.rings_us,
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
            acts.is_busy,
            record=item("残疾人证换领", "市残疾人联合会", "CL-1101", "10号窗口", "CL0033"),
            minutes_ago=35,
        ),
    ]
