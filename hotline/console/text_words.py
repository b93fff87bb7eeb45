"""The words of the pages about texts: how they were read, why a person reads them, why some were not delivered."""

from collections.abc import Mapping

from hotline.console.words import CHANNELS, STARS, Words
from hotline.rules.reasons import REASONS
from hotline.rules.replies import Action
from hotline.rules.reply_wishes import Wish
from hotline.tables.replies import Decision, Why

# What a text was read as; a rating is shown by its stars.
ACTIONS: Mapping[str, Words] = {
    Action.RATE: Words("评价", "a rating"),
    Action.CLARIFY: Words("未读懂", "not understood"),
    Action.OPTOUT: Words("退订", "opt-out"),
    Action.OPTIN: Words("恢复", "opt-in"),
    Action.HELP: Words("求助", "help"),
    Action.WITHDRAW: Words("撤回评价", "withdraw"),
    Action.NOT_ME: Words("不是本人", "not me"),
}

# Why a text could not be read, by the rule that stopped it; the rules that did read one are shown by name.
RULES: Mapping[str, Words] = {
    "condition": Words("带有条件，不是结论", "depends on a condition"),
    "digit-against-words": Words("数字与文字不一致", "digit and words disagree"),
    "empty": Words("没有可读的文字", "nothing to read"),
    "injection": Words("含有代码或指令", "holds code or commands"),
    "mixed-words": Words("好评和差评的说法都有", "good and bad words mixed"),
    "no-rating": Words("没有读到评价", "no rating in it"),
    "not-1-to-5": Words("分数不在 1 至 5 之间", "not 1 to 5"),
    "number-is-no-rating": Words("数字不像评分", "the number is no score"),
    "question": Words("是在提问", "is a question"),
    "rating-and-request": Words("既有评价又有请求", "both a rating and a request"),
    "sarcasm": Words("像是反话", "sounds sarcastic"),
    "echo": Words("引用或自动转发了我们的短信", "a quote or an echo of our own text"),
    "mistyped": Words("说打错了，没说应当是几", "says it was a slip, not what was meant"),
    "score-not-given": Words("说了不给这个分", "a score that is not given"),
    "score-or-key": Words("分不清是分数还是按键", "a score or a key?"),
    "several-services": Words("说到了几件事项", "names several services"),
    "several-ratings": Words("有几个不同的评价", "several ratings"),
    "unsure-words": Words("说法不确定", "unsure words"),
    "verification-code": Words("像是验证码", "looks like a passcode"),
}

WHYS: Mapping[str, Words] = {
    Why.UNCLEAR: Words("系统未读懂", "not understood"),
    Why.WHICH_ONE: Words("不知评的是哪一件", "which service is meant?"),
    Why.ALSO_RATES: Words("已办请求，似乎还有评价", "a request was done; a rating too?"),
    Why.REPLAY: Words("新版读法不同", "a newer parser reads it otherwise"),
}

DECISIONS: Mapping[str, Words] = {
    Decision.ASSIGNED: Words("已判读为评价", "assigned as a rating"),
    Decision.DISMISSED: Words("已判定不是评价", "dismissed: no rating"),
    Decision.SETTLED: Words("市民已再次说明", "the citizen said it clearly"),
}

CALL_WISHES: Mapping[str, Words] = {
    Wish.NO_CALL: Words("不需要回电", "no call, please"),
    Wish.MORNING: Words("希望上午接听（11 点前）", "morning, before 11"),
    Wish.NOON: Words("希望中午接听（11 至 14 点）", "midday, 11 to 14"),
    Wish.AFTERNOON: Words("希望下午接听（14 至 18 点）", "afternoon, 14 to 18"),
    Wish.EVENING: Words("希望晚上接听（18 点后）", "evening, from 18 on"),
    Wish.ANY: Words("什么时间都可以", "any time"),
}

# The carrier's codes that a text may fail with, in the words of who has to do something about it.
TEXT_ERRORS: Mapping[str, Words] = {
    "20429": Words("发送过快，被运营商限速", "too many requests"),
    "21211": Words("号码无效", "not a valid number"),
    "21408": Words("账户未开通该地区", "region not enabled for the account"),
    "21606": Words("发送号码不可用", "our number cannot send"),
    "21608": Words("试用账户，未验证该号码", "trial account: number not verified"),
    "21610": Words("号码已在运营商处退订", "opted out at the carrier"),
    "21614": Words("不是手机号码", "not a mobile number"),
    "30001": Words("运营商队列已满", "the carrier's queue is full"),
    "30002": Words("账户已停用", "account suspended"),
    "too_late": Words("超过询问期限，未能发出", "the days for asking were over"),
    "30003": Words("手机关机或不在服务区", "handset off or out of reach"),
    "30004": Words("被拦截", "blocked"),
    "30005": Words("号码不存在或已停机", "number unknown or out of service"),
    "30006": Words("座机或不能接收短信", "landline, or cannot take texts"),
    "30007": Words("被运营商当作垃圾短信过滤", "filtered as spam"),
    "30008": Words("原因不明", "unknown error"),
    "30034": Words("发送号码未登记", "our number is not registered"),
    "–": Words("运营商未给出代码", "no code given"),
}

# Why nothing was done, by the field that is wrong.
FAULTS: Mapping[str, Words] = {
    "record_id": Words("请选择评价的是哪一件服务。", "Choose the service that is rated."),
    "stars": Words("请选择满意度。", "Choose the level of satisfaction."),
    "note": Words("请写明为什么不是评价（2000 字以内）。", "Say why this is no rating, in at most 2,000 characters."),
    "reason": Words("请写明原因（4 至 500 字）。", "Give the reason, in 4 to 500 characters."),
    "phone": Words("请填写完整的手机或固定电话号码。", "Enter a whole mobile or landline number."),
    "texts": Words("请至少勾选一条短信。", "Tick at least one text."),
    "days": Words("请填写起止日期，且起不晚于止。", "Enter two dates, the first not after the last."),
}


def read_as(said: str) -> Words:
    """A reading as it stands in a replay: the stars of a rating, else what was asked for."""
    if said.isdigit():
        stars = STARS[int(said)]
        return Words(f"{said} 星 {stars.zh}", stars.en)
    return ACTIONS.get(said) or Words(said, "")


_REASONS = {reason.code: Words(f"{reason.code} {reason.name}", "") for table in REASONS.values() for reason in table}


def reason(code: str) -> Words:
    """A reason of the national table, by its code and official name."""
    return _REASONS.get(code) or Words(code, "")


def opted_out_by(told: str) -> Words:
    """The channel by which a citizen opted out, or the carrier's error that said so (`sms:21610`)."""
    channel, _, code = told.partition(":")
    if code:
        return Words(f"运营商代码 {code}", f"carrier's code {code}")
    return CHANNELS.get(channel) or Words(told, "")
