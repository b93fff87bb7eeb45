"""What a reply may ask for instead of rating: out, back in, help, the rating withdrawn, or "you have the wrong person".

A clause of the reply must be the request and nothing else; a word inside a sentence (没有退订) asks for nothing.
Keywords: Twilio's defaults, and those Chinese carriers require (工信部 《通信短信息服务管理规定》: TD, T, R, 退订).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from hotline.rules.reply_text import either, has_latin, run_of


class Request(StrEnum):
    """The values are the action's own names."""

    OPTOUT = "optout"
    OPTIN = "optin"
    HELP = "help"
    WITHDRAW = "withdraw"
    NOT_ME = "not_me"


_KEYWORDS: dict[Request, str] = {
    Request.OPTOUT: (
        "t|td|tt|r|qx|tuiding|tui ding|"
        "stop|stopall|stop all|unsubscribe|unsub|unsubcribe|cancel|end|quit|revoke|optout|"
        "opt out|opt-out|退订|退定|退|退出|"
        "取消订阅|取消短信|拒收|拒绝接收|停止|停|停发|勿扰|屏蔽|不再接收|不接收"
    ),
    Request.OPTIN: (
        "恢复|恢复订阅|恢复接收|恢复短信|恢复评价|恢复邀请|恢复评价邀请|恢复发送|恢复评价短信|订阅|重新订阅|开通|"
        "重新开通|取消退订|取消拒收|撤销退订|继续接收|"
        "重新接收|继续发送|重新发送|接收|start|unstop|back|subscribe|resubscribe|resume|restart|opt in|optin|"
        "opt-in|opt back in|back in|come back|sign me up|sign me up again|不退订了|还是不退订了|我不退订了|"
        "我要订阅|我想订阅|订阅短信|重新开始接收"
    ),
    Request.HELP: (
        "帮助|帮忙|求助|help|info|h|人工|转人工|人工客服|人工服务|客服|说明|huh|what|how|pardon|help me|need help|"
        "i need help|please help|"
        "what is this|what's this|what is it|what|what does this mean|what do you mean|what do i do|how do i rate|"
        "how to rate|how does this work|"
        "how do i reply|how to reply|how to answer|几是满意|使用说明|"
        "who is this|who's this|who are you|who r u|who dis|"
        "is this a scam|is it a scam|is this scam|is this real|is this legit|is this spam|"
        "what should i reply|i don't understand|i do not understand|don't understand|do not understand"
    ),
    Request.WITHDRAW: (
        "withdraw|withdraw my rating|withdraw rating|undo|retract|retract my rating|delete my rating|"
        "remove my rating|cancel my rating|"
        "cancel rating|take back my rating|withdraw it|i withdraw my rating|i want to withdraw my rating|"
        "take it back|undo my rating|withdraw please"
    ),
    Request.NOT_ME: (
        "wrong number|wrong person|you have the wrong number|you have the wrong person|not me|this is not me|"
        "it's not me|it wasn't me|"
        "that's not me|that wasn't me|not my number|"
        "this is the wrong number|"
        "wrong guy|wrong no|i'm not that person|i am not that person|i never applied|i didn't apply|i did not apply|"
        "i did not apply for anything|i didn't apply for anything|never been there|i don't know you|mistaken identity|"
        "i never applied for this|i did not apply for this|i have never been there"
    ),
}
_KEYWORD = {word: request for request, words in _KEYWORDS.items() for word in words.split("|")}

_ASK = run_of(
    "请问|请|请你|请你们|麻烦|求|求求|你们|您|你|我们|我|本人|以后|今后|能不能|能否|可不可以|可以|要求|申请|要|想|"
    "需要|希望|帮我|帮忙|帮|给我|立刻|马上|都|赶紧|"
    "现在|把|那就|就|那|好的|你好|您好|对不起|抱歉|不好意思"
)
_END = run_of(
    "谢谢|谢谢你|谢谢你们|谢了|多谢|好吗|行吗|可以吗|吗|了|吧|啊|呀|呢|哦|啦|哈|拜托|一下|please|thanks|thank you|pls| "
)
_RATING = run_of(
    "我|的|刚才|刚刚|之前|上次|上条|上一条|上面|前面|那个|那条|那|这个|这条|这次|这|此|本次|今天|昨天|所有|全部|"
    "对|你们|给|发|打|做|评|过|个|条|次|"
    "1|2|3|4|5|一|二|三|四|五|分|星|差评|好评|中评|评价|评分|打分|评论|回复|满意度|不满意|非常|满意|结果|记录"
)
_TEXTS = run_of(
    "给|我|向|对|短信|信息|消息|讯息|简讯|垃圾|这种|这类|这些|此类|类似|这|评价|通知|邀请|的|过来|到|手机|上|任何|"
    "所有|全部|一切|骚扰|推广|满意度|调查|服务|各种"
)
_PLEASE = run_of("please |pls |just |can you |could you |i want to |i want you to |i ")
_TEXTING = run_of(
    " me| it| this| that| now| text| texts| texting| message| messages| messaging| send| sending| sms| these| the|"
    " all| from| off| contact| contacting| spam| "
    "spamming| please| them| call| calls| calling| bother| bothering| ever| any| more| again| anymore| your| list|"
    " mailing| thanks| thank you"
)
_ABOUT = run_of("这|这个|那个|这些|你|你们|您|您们|是|条|短信|信息|发的|说的|的|1|5|数字|评价|回复|一下|在|都| ")

_OPTOUT_CHINESE = (
    f"{_ASK}(?:短信|信息|消息|讯息|简讯|以后|今后)*+(?:(?:不要|别|勿|不用|不需要|不想|停止|禁止|不许|不准|不得)(?:再|继续|老|总是?|一直|收到|接收)*+{_TEXTS}"
    f"(?:发送?|传|打扰|骚扰|推送|群发|短信|信息|消息|讯息|简讯|烦){_TEXTS}|(?:不要再|别再|停止|禁止|"
    f"不[许准]再){_TEXTS}(?:打电话|来电|打){_TEXTS}|(?:全部|回复?|发送?)?(?:短信|信息|消息|讯息|简讯|通知|邀请|推送|评价(?!拒))*+(?:(?:退订)++|退定|取消订阅|拒收|拒绝(?!评价)(?:接收|接受|再收|收)?|屏蔽)"
    f"(?:此|该|本|这个|这条|你们的?|您们的?)*+{_TEXTS}(?:t|td|r)?"
    "|(?:我)?(?:取消|关[闭閉]|关掉|关了|停掉|停止|停发|停了|终止|解除|去掉)(?:发送?|接收|推送|订阅|再发|收|你们的?|这个?|所有|全部|一切)*+"
    "(?:短信|信息|消息|讯息|简讯|通知|提醒|推送|订阅|邀请|的|评价(?=短信|通知|邀请|提醒|信息|消息)|服务(?=短信|通知|提醒|信息))++(?:服务|功能)?"
    f"|(?:再也|永远|永久|从此)?{_ASK}(?:再也|永远|永久|从此)*+(?:不要|别|不想|不愿意?|不用|不许|不必|不需要)(?:再|继续)*+(?:给我|向我|跟我|往我)?(?:手机)?(?:上)?(?:发送?|收到?|接收|推送|看到)(?:这种|这类|这些|此类|你们的?|任何|了)*+(?:短信|信息|消息|讯息|简讯|东西|通知|邀请)?(?:给我|了)*+"
    "|(?:请|麻烦|求求?|帮我|帮忙|你们?|您|能不能|可以|赶紧|立刻|马上|赶快|你好|您好)*+(?:把|将)(?:我|本人)(?:的?(?:手机)?(?:号码?|电话))?(?:从[^\\n]{0,8}(?:名单|列表|系统|库|通讯录|群)[里中内]?)?"
    "(?:拉黑|拉进黑名单|加入?黑名单|删[了掉除去]?|删除掉|移除|移出|去掉|剔除)(?:了)?"
    "|(?<=[把将]我)(?:的?(?:手机)?(?:号码?|电话))?(?:删[了掉除去]?|删除掉|移除|移出|去掉|剔除)了?"
    "|拉黑(?:你们?|我|吧|了|此号|这个号码?)*+"
    "|(?:请|麻烦)?从[^\\n]{0,8}(?:名单|列表|系统|库)[里中内]?(?:把我)?(?:删除?|删掉|移除|去掉)(?:我|掉|了)*+"
    "|(?:烦死了?|太烦了?|真烦|烦)?(?:不要|别|勿|请勿|不许)(?:再|老|总是?|一直|来)*+(?:发|骚扰|打扰|烦)(?:我|人|本人|了)*+"
    "|(?:不想|不要|不愿意?|不希望|不需要|不用|不)(?:再|继续|接收|收到|收|要)*+(?:这种|这类|这些|你们的?|任何|此类)*+"
    "(?:短信|信息|消息|讯息|简讯)|取消(?:短信|发送|接收|推送|订阅)(?:短信|服务|通知)*+"
    "|再发(?:短信|信息)*+(?:我?就)?(?:投诉|举报)(?:你们?)?)"
    f"{_END}|(?:回复?|发送?)? ?(?:t|td|r) ?(?:退订)?{_END}|td ?[1-5]|退订 ?回?复? ?(?:t|td|r)"
)
_OPTOUT_ENGLISH = (
    f"{_PLEASE}(?:stop|unsubscribe){_TEXTING}|{_PLEASE}(?:do not|don't|dont|no more|never|no)"
    f"(?:(?: ever| send| me| wish to receive| want(?: to)?(?: receive| get)?|"
    f" any| more| these| your)(?= ))*+ "
    f"(?:texts?|texting|messages?|messaging|sms|contact|spam|call|bother){_TEXTING}|"
    f"{_PLEASE}(?:remove (?:me|my (?:phone )?number)|"
    f"take me off){_TEXTING}|"
    f"{_PLEASE}opt(?: me)? out{_TEXTING}|{_PLEASE}leave me alone"
)
_OPTIN = (
    f"{_ASK}(?:恢复|重新|继续|再次|开通|取消退订|解除退订)(?:订阅|接收|接受|开通|发送?|推送|收|短信|评价|邀请|通知|"
    f"给我|"
    f"服务)*+{_END}|"
    "(?:please )?(?:start|resume|subscribe|opt)(?: me| back| in| again| sending| messages| texts| texting| please|"
    " the)*+|"
    "(?:i want (?:to come )?|please come |put me )?back(?: in| on| please| again)*+"
)
_HELP = (
    f"what does [1-5] mean|(?:帮助|求助|帮忙){_END}|(?:please )?help(?: me)?(?: please)?|{_ASK}(?:{_ABOUT}"
    "(?:什么意思|啥意思|几个意思|何意)|(?:该|要|应该|应当)?(?:怎么|怎样|"
    f"如何|咋)(?:来|去)?"
    "(?:评价?|回复?|选择?|操作|弄|填|打分|用|退订|撤[销回]|取消|做|办|参与|评分|修改|更改)+"
    "|这(?:个|条)?(?:短信|信息|消息)?是?(?:什么|啥|干[什嘛]么?的?)(?:东西|短信|信息|玩意|评价|情况|的|用)?|"
    "(?:干嘛|干什么|做什么|什么|啥|什么事|啥事|什么东西|什么情况|啥情况|什么短信|什么评价)"
    "(?:的|用的|呀)?|评价什么|评什么|回复?什么|回复啥|选什么|评啥|回啥|回复?几|按几|看不懂|不懂|不明白|没看懂|没明白|"
    "听不懂|不会(?:弄|用|评价?|操作|回复?|选|填)?|不知道怎么.{1,4}|不[懂会]怎么.{1,4}|"
    "(?:请问)?(?:你们?|您)?(?:这?里?是)?(?:谁|哪位|哪里的?|哪个单位的?|什么人)|你谁|谁[啊呀](?:你|您)?|"
    "(?:你们?|您们?|这|这个|这条|那|短信|信息|号码?|都|该|不会)*+(?:是不是|不会是|是)"
    "(?:诈骗|骗子|骗人|骗钱|骗局|假冒|冒充|钓鱼|推销|广告)(?:的|短信|信息|电话|公司)*+(?:吗|嘛|么)|"
    "(?:你们?|您们?|这|这个|这条|短信|信息|号码?)*+是不是(?:诈骗|骗子|骗人|骗钱|骗局|假冒|冒充|钓鱼|假的|真的)(?:的|短信|信息|电话|公司)*+|"
    "(?:这|这个|这条|短信|信息)*+(?:是真的?还是假的?|真的假的|是真的吗|是假的吗|是官方的?(?:短信)?吗)|"
    f"需要帮助|帮帮我|转人工|人工客服|找客服|[1-5一二三四五](?:分|星|个)?(?:是|代表|表示)(?:什么|啥)(?:意思)?){_END}"
)
_WITHDRAW = (
    f"{_ASK}{_RATING}(?:撤[销回掉消]|收回|作废)(?:掉|了|一下)?{_RATING}{_END}|"
    f"(?=[^\\n]{{0,20}}[评分星]){_ASK}{_RATING}(?:撤|取消|删除|删掉|删|清除)(?:掉|了|一下)?{_RATING}{_END}|"
    f"(?:刚才|刚刚|刚|之前|前面|上面|上条|上一条)(?:的|发的|回的|评的|那个|那条|评价|回复)*+都?(?:不算数?|无效){_END}|"
    f"{_PLEASE}(?:withdraw|delete|remove|cancel|retract|undo)(?: my| the| this| that| last)*+ "
    f"(?:rating|review|reply){_TEXTING}"
)
_NOT_ME_ENGLISH = (
    "(?:sorry|hi|hello|i think|you have|you've got|this is|it's|the| )*+wrong (?:number|person)(?: sorry| please|"
    " mate)*+"
)
_PLACE = (
    "(?:[一-龥]{1,4}?[市区县省镇乡州])?(?:"
    + either(
        "政务中心|政务服务中心|政务大厅|政务厅|行政服务中心|行政审批局|大厅|办事大厅|服务大厅|便民大厅|办事中心|便民中心|服务中心|便民服务中心|办事处|服务处|"
        "派出所|社区|街道办|税务局|社保局|车管所|不动产中心|不动产登记中心|民政局|公积金中心"
    )
    + ")"
)
_NOT_ME_CHINESE = (
    "(?:你好|您好|对不起|抱歉|不好意思|你们?|您们?|这|那|好像|应该|可能|是不是|都|就|肯定|我想)*+"
    "(?:(?:根本|压根)?不是(?:我|本人)(?:办理|办|申请|打|弄|本人|自己|的|件|业务|事|事项|电话|号码|手机|号|评价|投诉|这|"
    "个|咨询|反映|过|啊|呀|哦)*+|不是[他她]本人|我不叫这个?名字?|没有?这个人|我?是?新(?:机主|号主)|非本人(?:办理|操作|号码|手机|业务)?|"
    "[打发弄搞]错了吧|我?(?:找错|认错|拨错)了?|我?(?:打错|发错|找错|认错|弄错|搞错|拨错)了?(?:电话|短信|信息|号码?|人|对象)|短信发错|(?:号码?|手机号码?|电话号?码?)(?:错|不对|有误)|错号|错误号码|"
    f"(?:我|本人)?(?:从来?|根本|压根)?(?:就|都)?(?:没有?|未|没)(?:去|在|向|给)?(?:你们|这里|那里|那|窗口|{_PLACE})?"
    "(?:办过|办理过|申请过|打过|打(?=12345|热线)|拨打过|反映过|咨询过|来过|去过|到过|提交过|投诉过|用过|做过|办理(?=$|任何|这|此)|"
    "申请(?=$|任何|这|此))(?:这|个|此|你们|的|什么|任何|业务|事|事项|件|证|电话|12345|热线|服务|东西|手续|项目|"
    f"那|{_PLACE})*+|"
    "(?:我)?不认识(?:你们?|这个?人|他|她|"
    "此人)?|(?:我|机主|号主)?(?:已经?)?换(?:了)?(?:号|人|机主|号码|手机号)(?:了)?|"
    "(?:这?个|此|该)?(?:号码?|手机号?码?|电话)(?:已经?|早就?|现在|都)*+(?:换人|换主|不是(?:[他她我]|本人)的?了?|"
    "不是(?![很太真假错空])[一-龥]{2,4}?的(?:号码?|手机|电话)?了?)|没有?(?:这回事|这事|此事|"
    "这个事)|查无此人|与我无关|跟我没关系|和我没关系|不关我(?:的)?事)"
    f"{_END}|(?:你好|您好|对不起|抱歉|不好意思|是不是|应该是)*+[你您]们?(?:都|就|肯定|可能|好像|应该|是不是|是)*+[打发弄搞]错了?{_END}|我不是(?![^\\n]{{0,3}}[满故说要想很太不的])[一-龥]{{2,4}}"
)
_PATTERNS = {
    Request.OPTOUT: f"{_OPTOUT_CHINESE}|{_OPTOUT_ENGLISH}",
    Request.OPTIN: _OPTIN,
    Request.HELP: _HELP,
    Request.WITHDRAW: _WITHDRAW,
    Request.NOT_ME: f"{_NOT_ME_ENGLISH}|{_NOT_ME_CHINESE}",
}
_PATTERN = re.compile("|".join(f"(?P<{request}>{pattern})" for request, pattern in _PATTERNS.items()))
_TRIGGER = re.compile(
    either(
        "退|订|拒|停|勿|屏|拉黑|名单|把我|再也|永远|永久|从此|终止|解除|关闭|关閉|关掉|关了|不收|不接|恢|阅|撤|删|废|谁|哪|懂|白|错|换|烦|恼|别|不要|不用|不想|不需|不许|不准|别发|再发|要发|"
        "用发|止发|发错|发了|传|回t|回复t|回r|回复r|发t|送t|取消|"
        "收回|清除|开通|接收|重新|继续|帮|什么|怎|如何|咋|啥|"
        "干嘛|几|不会|不知道|人工|客服|不是|没办|没有|没去|没来|没申|没打|未办|未申|非本|号码|认识|无关|没关系|"
        "这事|查无|不算|无效|不叫|没这|新机主|新号主|诈骗|骗子|骗人|骗局|骗钱|冒充|真的|官方|没到过|是假"
    )
)
_LETTER = re.compile("(?<![a-z0-9])[tr](?![a-z0-9'])")
_ENGLISH_TRIGGER = re.compile(
    either(
        "stop|sub|opt|remove|take|leave|don't|dont|do not|no more|never|start|resume|back|wrong|help|td|mean|"
        "withdraw|delete|cancel|retract|undo|no text|no mess|no sms"
    )
)
_BETWEEN = re.compile(r"[,，.。!?;…~\n()\[\]【】「」『』《》\"“”、:|/]++|(?<![a-z0-9',]) | (?![a-z0-9'])")
# The last line of many texts, sent back with the answer: nobody asks to be left alone in the third person.
# A score with a word of being left alone beside it, parted by a space or nothing: 5 TD, 满意，T, 3TD.
_SCORE = (
    "(?:[1-5一二三四五](?: ?分| ?颗?星| ?stars?)?|(?:非常|很|十分|基本|不太|比较|不)*+满意|"
    "(?:very |fairly |not )*+(?:dis|un)?satisfied)"
)
_OUT = "(?:t ?d|tt?|r|qx|stop|unsubscribe|opt ?out|退 ?订|回?t退订)"
_OUT_SIGNS = frozenset("tqrsuo退")  # one stands in every word of being left alone
_OUT_BESIDE = re.compile(
    f"(?P<before>{_SCORE})[\\W_]*{_OUT}|{_OUT}[\\W_]*(?P<behind>{_SCORE})|"
    "(?:t ?d|退 ?订|stop)(?:\\W+(?:t ?d|退 ?订|stop))*+"
)
_FOOTER = re.compile("(?:退订|拒收|取消订阅)请?(?:回复?|发送?) ?(?:td?|r|n)|(?:回复?|发送?) ?(?:td?|r|n) ?退订")
_POLITE = re.compile(
    "(?:你好|您好|谢谢你?们?|谢谢您|请问|好的|请|麻烦了?|对不起|抱歉|不好意思|hi|hello|hey|thanks|thank you|"
    "please|sorry)?"
)

# 不会 满意: a label denied, and no call for help.
_NO_CALL_FOR_HELP = re.compile("不(?:会|懂|明白)[\\W_]+[很太挺更再非十]?[常分]?(?:满意|好|行)")

_LONGEST = 40
_RANK = list(Request)


@dataclass(frozen=True, slots=True)
class Asked:
    """The request, and the folded text without it."""

    request: Request
    rest: str


def read_request(text: str) -> Asked | None:
    """The request in the folded text. Being left alone outranks every other."""
    bare = text.strip(" \n,.!?;:。、…~'\"“”()[]【】*#_-")
    if bare in _KEYWORD:
        return Asked(_KEYWORD[bare], "")
    if len(bare) <= _LONGEST and not _OUT_SIGNS.isdisjoint(bare) and (beside := _OUT_BESIDE.fullmatch(bare)):
        return Asked(Request.OPTOUT, beside["before"] or beside["behind"] or "")
    if ("不会" in text or "不懂" in text or "不明白" in text) and _NO_CALL_FOR_HELP.search(text):
        return None
    is_letter = ("t" in text or "r" in text) and _LETTER.search(text)
    if not (is_letter or _TRIGGER.search(text) or (has_latin(text) and _ENGLISH_TRIGGER.search(text))):
        return None
    clauses = [clause for clause in map(str.strip, _BETWEEN.split(text)) if clause and not _POLITE.fullmatch(clause)]
    if len(clauses) == 1 and clauses[0] in _KEYWORD:
        return Asked(_KEYWORD[clauses[0]], "")
    asked: set[Request] = set()
    rest: list[str] = []
    for clause in clauses:
        if len(clauses) > 1 and _FOOTER.fullmatch(clause):
            continue
        match = _PATTERN.fullmatch(clause) if len(clause) <= _LONGEST else None
        if match:
            asked.add(Request(match.lastgroup or ""))
        else:
            rest.append(clause)
    return Asked(min(asked, key=_RANK.index), ",".join(rest)) if asked else None
