"""The words of contacts and of the agent's day, Chinese first and English second."""

from collections.abc import Mapping

from hotline.console.words import Words
from hotline.rules.contacts import ContactResult, ContactWay
from hotline.tables.people import CallMode

WAYS: Mapping[str, Words] = {
    ContactWay.BRIDGED: Words("本系统呼叫", "called from here"),
    ContactWay.OWN_PHONE: Words("自用电话", "own telephone"),
    ContactWay.SMS: Words("短信", "text"),
    ContactWay.WECHAT: Words("微信", "WeChat"),
    ContactWay.VISIT: Words("上门", "visit"),
}

# In the order of the keys 1 to 9 and 0 that pick them.
RESULTS: Mapping[str, Words] = {
    ContactResult.EXPLAINED: Words("已解释说明", "Explained to the citizen"),
    ContactResult.RECTIFIED: Words("已整改解决", "Put right, and told"),
    ContactResult.PROMISED: Words("已承诺办理", "Promised, with a date"),
    ContactResult.REFUSED: Words("市民不愿沟通", "Citizen declined to talk"),
    ContactResult.WRONG_NUMBER: Words("号码有误", "Wrong number"),
    ContactResult.NO_ANSWER: Words("无人接听", "No answer"),
    ContactResult.BUSY: Words("占线", "Busy"),
    ContactResult.ANOTHER_TIME: Words("改约时间", "Asks for another time"),
    ContactResult.REACHED: Words("已联系，尚未处理完", "Spoken to, more to do"),
    ContactResult.VERIFIED: Words("情况已核实", "Verified"),
}
KEYS: Mapping[str, str] = {result: str(number % 10) for number, result in enumerate(RESULTS, 1)}

CALL_MODES: Mapping[str, Words] = {
    CallMode.PREVIEW: Words("自动打开下一件，查看后呼叫", "the next case opens by itself; look, then call"),
    CallMode.MANUAL: Words("回到队列，自行选择", "back to the queue, choose yourself"),
    CallMode.OWN_PHONE: Words(
        "用自用电话呼叫，自动打开下一件", "call by your own telephone; the next case opens by itself"
    ),
}
