"""The words of the pages on which texts are written: when each sentence is said, what each fact is, what is wrong."""

from collections.abc import Mapping

from hotline.console.words import STARS, Words
from hotline.rules.promises import PHRASINGS
from hotline.rules.replies import Action
from hotline.rules.reply_wishes import Wish
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.rules.script_faults import LONGEST_TEXT, Fault, Kind

LANGUAGES: Mapping[str, Words] = {
    "zh-CN": Words("简体中文", "simplified Chinese"),
    "zh-Hant": Words("繁體中文", "traditional Chinese"),
    "yue": Words("粤语（只用于电话）", "Cantonese (on the telephone only)"),
    "en": Words("英文", "English"),
}

# In the order of the pages: what belongs together, and of each sentence when it is said.
GROUPS: Mapping[Channel, tuple[tuple[Words, Mapping[str, Words]], ...]] = {
    Channel.SMS: (
        (
            Words("邀请与提醒", "Invitations and reminders"),
            {
                "invite_transaction": Words("办件办结后，邀请评价", "invitation: a transaction was completed"),
                "invite_batch": Words("同一事项多件办结，合并邀请一次", "invitation: several of one item, asked once"),
                "invite_call": Words("拨打热线后，邀请评价", "invitation: a call to the hotline"),
                "remind_transaction": Words("办件邀请后几天仍未评价，提醒一次", "reminder about a transaction"),
                "remind_call": Words("热线邀请后几天仍未评价，提醒一次", "reminder about a call"),
                "again_transaction": Words(
                    "差评处理反馈后，邀请对办件追评", "rate a transaction again, once the bad rating is answered"
                ),
                "again_call": Words(
                    "差评处理反馈后，邀请对热线追评", "rate a call again, once the bad rating is answered"
                ),
                "remind_again_transaction": Words(
                    "邀请对办件追评后几天仍未评价，提醒一次", "reminder to rate a transaction again"
                ),
                "remind_again_call": Words("邀请对热线追评后几天仍未评价，提醒一次", "reminder to rate a call again"),
            },
        ),
        (
            Words("收到评价之后", "After a rating"),
            {
                "thanks_good": Words("好评（3 至 5 星），致谢", "thanks for 3 to 5 stars"),
                "thanks_bad": Words(
                    "差评（1、2 星），致歉，不询问原因时", "1 or 2 stars, when no reasons are asked for"
                ),
                "ask_reasons": Words("差评（1、2 星），致歉并询问原因", "1 or 2 stars: sorry, and why?"),
                "reasons_kept": Words("市民说明了原因", "the citizen has said why"),
                "reasons_kept_wish": Words("说明了原因和方便接听的时间", "has said why, and when a call suits"),
                "reasons_kept_no_call": Words("说明了原因，并表示不必回电", "has said why, and wants no call"),
                "wish_kept": Words("只说明了方便接听的时间", "has only said when a call suits"),
                "no_call_kept": Words("只表示不必回电", "has only said that no call is wanted"),
                "comment_kept": Words("评价之后又补充了留言", "further words after a rating"),
                "withdrawn": Words("市民撤回了评价", "the rating was withdrawn"),
                "nothing_to_withdraw": Words("要求撤回，但没有可撤回的评价", "nothing to withdraw"),
            },
        ),
        (
            Words("没有看懂时", "When a reply is not clear"),
            {
                "clarify": Words("没有看懂，追问一次", "not understood: asked once more"),
                "which_one": Words("已看懂评分，不知评的是哪一件", "a score, but about which service?"),
                "which_one_and_score": Words("有多件待评价，评分也没有看懂", "several services, and no score read"),
                "late": Words("评价期限已过", "too late to rate"),
                "unknown_number": Words("该号码没有待评价的事项", "nothing to rate for this number"),
            },
        ),
        (
            Words("市民提出要求时", "When a citizen asks for something"),
            {
                "help": Words("询问这是什么短信（如回复“帮助”）", "help"),
                "opted_out": Words("退订", "opted out"),
                "opted_in": Words("恢复接收", "opted in again"),
                "not_me": Words("表示不是本人", "the wrong person"),
                "language_set": Words("更换语言", "another language"),
            },
        ),
        (
            Words("嵌入其他短信的词语", "Pieces of other texts"),
            {
                "when_by": Words("何时联系：有期限时", "by when we will call, with a deadline"),
                "when_at_once": Words("何时联系：立即回访时", "by when we will call, at once"),
                "own_words": Words(
                    "市民用自己的话说明原因时的称谓", "the reasons, when they are the citizen's own words"
                ),
                "about_one": Words("市民有多件事项时，注明是哪一件", "which one it is, if there are several"),
                "with_code": Words("市民有多件事项时，请其注明尾号", "asks for its code, if there are several"),
                "which_one_entry": Words("询问是哪一件时，清单里的一项", "one entry of the list: which one?"),
                "no_item": Words("没有事项名称时的称谓", "an item without a name"),
            },
        ),
    ),
    Channel.PHONE: (
        (
            Words("接通后", "When the citizen answers"),
            {
                "greet_transaction": Words("问候：评价办件", "greeting: a transaction"),
                "greet_call": Words("问候：评价热线服务", "greeting: a call to the hotline"),
                "greet_transaction_again": Words(
                    "问候：差评处理反馈后，对办件追评", "greeting: rate a transaction again"
                ),
                "greet_call_again": Words("问候：差评处理反馈后，对热线追评", "greeting: rate a call again"),
                "ask": Words("按键说明", "which key means what"),
                "ask_simple": Words("按键说明（慢速，用简单的话）", "which key means what, slowly and in simple words"),
                "silence": Words("没有按键", "no key was heard"),
                "wrong_key": Words("按错了键", "a key without meaning"),
            },
        ),
        (
            Words("结束语", "How the call ends"),
            {
                "thanks_good": Words("好评，致谢", "thanks for 3 to 5 stars"),
                "thanks_bad": Words("差评，致歉", "1 or 2 stars: sorry"),
                "goodbye": Words("始终没有按键", "no rating was given"),
                "nothing_to_rate": Words("没有待评价的事项", "nothing to rate"),
                "opted_out": Words("该号码已退订", "the number has opted out"),
                "no_item": Words("没有事项名称时的称谓", "an item without a name"),
            },
        ),
        (
            Words("系统故障时", "When our system fails"),
            {
                "fallback_text": Words("评价未能记录，改用短信", "not recorded: asked by text instead"),
                "fallback_again": Words("评价未能记录，请稍后再拨", "not recorded: please ring again"),
                "fallback_kept": Words("评价已记录，通话不能继续", "recorded, but the call cannot go on"),
            },
        ),
        (
            Words("回访时播报", "Said in a callback"),
            {
                "recording_notice": Words("回访录音时，市民接听后先听到", "a citizen picks up a call that is recorded"),
                "agent_whisper": Words("坐席接听时", "the agent picks up"),
                "connecting": Words("坐席按 1 后", "the agent has pressed 1"),
                "citizen_busy": Words("市民占线", "the citizen is busy"),
                "citizen_no_answer": Words("市民未接听", "the citizen does not answer"),
                "citizen_failed": Words("未能接通", "the call failed"),
                "case_taken": Words("工单已不在其名下", "the case is no longer theirs"),
            },
        ),
    ),
}

_WISHES: Mapping[str, Words] = {
    Wish.MORNING: Words("上午", "morning"),
    Wish.NOON: Words("中午", "noon"),
    Wish.AFTERNOON: Words("下午", "afternoon"),
    Wish.EVENING: Words("晚上", "evening"),
    Wish.ANY: Words("任何时间", "any time"),
}
# The small tables of words: their title, and what each entry stands for.
TABLES: Mapping[str, tuple[Words, Mapping[str, Words]]] = {
    "labels": (
        Words("五档满意度的名称", "Names of the five levels"),
        {str(stars): pair for stars, pair in STARS.items()},
    ),
    "wishes": (Words("方便接听时间的说法", "Times of day that suit for a call"), _WISHES),
}

FACTS: Mapping[str, Words] = {
    "signature": Words("单位签名", "signature"),
    "hotline": Words("热线号码", "hotline"),
    "date": Words("办理日期", "date"),
    "item": Words("事项名称", "item"),
    "code": Words("编号后四位", "last four of the number"),
    "count": Words("件数", "how many"),
    "label": Words("满意度名称", "level in words"),
    "stars": Words("星数", "stars"),
    "hours": Words("可更改的小时数", "hours to change it"),
    "when": Words("何时联系", "by when we call"),
    "reasons": Words("原因", "reasons"),
    "wish": Words("方便的时间", "time of day"),
    "deadline": Words("联系期限", "deadline"),
    "list": Words("待评价事项清单", "list of services"),
    "number": Words("清单中的序号", "number in the list"),
    "about": Words("是哪一件（只有一件时为空）", "which one it is; empty if there is only one"),
    "coded": Words("请注明尾号（只有一件时为空）", "asks for its code; empty if there is only one"),
    "case": Words("工单号", "case number"),
}

_FAULTS: Mapping[Kind, Words] = {
    Kind.NO_SENTENCE: Words("缺少这一语言或这一句的内容。", "There are no words for this."),
    Kind.NO_SUCH_SENTENCE: Words("系统不使用这一句。", "No such sentence is used."),
    Kind.NO_TEXT: Words("不是文字。", "This is not a text."),
    Kind.TOO_LONG: Words(f"超过 {LONGEST_TEXT} 字。", f"More than {LONGEST_TEXT} characters."),
    Kind.CONTROL: Words(
        "含有换行或看不见的字符（{}），请删去后重新输入。",
        "It holds a line break or an unseen character ({}): type it anew.",
    ),
    Kind.EMPTY: Words("还没有填写。", "It is empty."),
    Kind.BRACE: Words("花括号只能用于插入信息，请检查“{}”。", "Braces are for facts only: look at “{}”."),
    Kind.STRANGE_FACT: Words("这一句不能使用{}。", "{} is not known in this sentence."),
    Kind.FACT_MISSING: Words("必须写明{}。", "It must mention {}."),
    Kind.TOO_LONG_FILLED: Words(
        f"填入信息后可能超过 {LONGEST_TEXT} 字，运营商不予发送。",
        f"With its facts it may have more than {LONGEST_TEXT} characters, which no carrier takes.",
    ),
    Kind.WRONG_LABEL: Words(
        "系统不会把它读作 {} 星，请使用规范名称。", "It is not read as {} stars: use an official name."
    ),
    Kind.SCALE_UNSAID: Words(
        "没有按所选的按键方向，把五个数字各自的满意度连续写明，每个数字和每一档各写一次（例如：{}）。",
        "It does not list the five levels in a row, each once, with the number that the chosen direction of the keys "
        "gives it (such as: {}).",
    ),
    Kind.SCALE_STRAY: Words(
        "“{}”可能被市民读作按键说明或另一种评分方向，请删去或改用其他说法。",
        "“{}” could be read as a key, or as another direction of the keys: leave it out or say it otherwise.",
    ),
    Kind.NOT_FREE: Words(
        "必须用下列说法之一写明回复免费，并且不提收费：{}。",
        "It must say that replying is free, in one of these ways, and name no price: {}.",
    ),
    Kind.TEACHES_NOTHING: Words(
        "必须写明怎样{}，而且所写的词系统能够读懂。可用的说法：{}。",
        "It must say a word to reply {}, and one that is understood. Known ways: {}.",
    ),
    Kind.WRONG_WISH: Words(
        "系统不会把它读作“{}”。请只写这一时段通用的名称（如上午、中午、下午、晚上、任何时间），不写具体日期和钟点。",
        "It is not read as {}: write a common name of that time of day, and no day and no clock.",
    ),
    Kind.WRONG_REPLY: Words(
        "市民照着回复“{}”，系统会按别的意思处理，或读不懂。请改用与前后文意思一致的回复内容。",
        "A citizen who replies “{}” as told here is understood otherwise, or not at all: tell a reply that means this.",
    ),
    Kind.WRONG_ENTRY: Words(
        "清单中的每一项必须以{number}（清单中的序号）开头，后面空一格或加顿号，并且不写其他数字。",
        "An entry of the list must begin with {number}, then a space or a sign, and hold no other number.",
    ),
    Kind.UNTRUE: Words(
        "“{}”与发送这句话时的实际情况不符，或系统无法核实，请改写。",
        "“{}” does not agree with what is so when this is sent, or cannot be proved: say it otherwise.",
    ),
    Kind.OTHER_LANGUAGE: Words(
        "含有其他语言或字形的文字“{}”，请检查是否填错了语言。",
        "“{}” is of another language or way of writing: was it put under the wrong one?",
    ),
}
_ASKED: Mapping[str, Words] = {
    Action.OPTOUT: Words("退订", "to opt out"),
    Action.OPTIN: Words("恢复接收", "to come back"),
}
_LISTS: Mapping[str, Words] = {
    Scale.STAR_5_BEST: Words(
        "5非常满意，4满意，3基本满意，2不满意，1非常不满意", "5 very good, 4 good, 3 fair, 2 poor, 1 very poor"
    ),
    Scale.RANK_1_BEST: Words(
        "1非常满意，2满意，3基本满意，4不满意，5非常不满意", "1 very good, 2 good, 3 fair, 4 poor, 5 very poor"
    ),
}


def said_of(fault: Fault) -> Words:
    """What to tell the person who writes."""
    pair, details = _FAULTS[fault.kind], _details(fault)
    return Words(_with(pair.zh, [one.zh for one in details]), _with(pair.en, [one.en for one in details]))


def _details(fault: Fault) -> list[Words]:
    detail = fault.detail
    if fault.kind in (Kind.STRANGE_FACT, Kind.FACT_MISSING):
        known = FACTS.get(detail)
        return [Words(f"{{{detail}}}（{known.zh}）" if known else f"{{{detail}}}", f"{{{detail}}}")]
    if fault.kind is Kind.NOT_FREE:
        return [Words(*PHRASINGS["free"])]
    if fault.kind is Kind.TEACHES_NOTHING:
        return [_ASKED[detail], Words(*PHRASINGS[detail])]
    if fault.kind is Kind.WRONG_WISH:
        return [TABLES["wishes"][1][detail]]
    if fault.kind is Kind.SCALE_UNSAID:
        return [_LISTS[detail]]
    return [Words(detail, detail)]


def _with(said: str, details: list[str]) -> str:
    """`said` with each detail in its place, whatever braces a detail holds."""
    pieces = said.split("{}")
    return pieces[0] + "".join(detail + piece for detail, piece in zip(details, pieces[1:], strict=False))


def name_of(channel: Channel, sentence: str) -> Words:
    """When a sentence is said, or which entry of which small table `labels.5` is."""
    table, _, entry = sentence.partition(".")
    if entry:
        title, entries = TABLES[table]
        return Words(f"{title.zh}：{entries[entry].zh}", f"{title.en}: {entries[entry].en}")
    return next((names[sentence] for _, names in GROUPS[channel] if sentence in names), Words(sentence, ""))
