"""Who plays in the demo: our number, the telephones, and the people of an ordinary Saturday in 吉林市."""

from dataclasses import dataclass

OUR_NUMBER = "+8643262012345"

# Free for whoever watches: the story below leaves them alone.
VISITOR_MOBILE = "+8613844328000"
VISITOR_LANDLINE = "+8643264812345"
DESK_PHONE = "+8643262011001"

AGENT = "agent"
SUPERVISOR = "supervisor"
ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """A citizen of the story and their telephone (E.164)."""

    name: str
    phone: str


LIU_FANG = Person("刘芳", "+8613904320101")
ZHANG_WEI = Person("张伟", "+8613904320102")
LI_JIANGUO = Person("李建国", "+8643264820103")
CHEN_JING = Person("陈静", "+8613904320104")
ZHAO_QIANG = Person("赵强", "+8643264820105")
SUN_LI = Person("孙丽", "+8613904320106")
ZHOU_MIN = Person("周敏", "+8613904320107")
WU_GANG = Person("吴刚", "+8643264820108")
ZHENG_XUE = Person("郑雪", "+8613904320109")
QIAN_JIN = Person("钱进", "+8643264820110")
HAN_MEI = Person("韩梅", "+8613904320111")
YANG_FAN = Person("杨帆", "+8613904320112")
MA_LIN = Person("马琳", "+8613904320113")
GUO_LEI = Person("郭磊", "+8643264820114")
XU_NA = Person("徐娜", "+8613904320115")
SONG_YU = Person("宋宇", "+8613904320116")
LIN_MEIYU = Person("林美玉", "+8613904320117")
TAO_JUN = Person("陶军", "+8613904320118")
HE_SHULAN = Person("何淑兰", "+8643264820119")
