"""Single edits of our own sentences: those that make one untrue are refused, and harmless ones pass.

Of each block the first line is a script, a language, a sentence and some words of it; then comes what is put in their
place, one edit after the other; `@` stands for the words that were there.
"""

from collections.abc import Iterator

from hotline.rules.script_faults import Fault, Kind, text_faults
from hotline.scripts import load_script

UNTRUE = """
sms-stars | zh-CN | ask_reasons | 不必回电请回0
    需要回电请回0 | 不必回电请回19 | 不必回电请回T | 不必回电请勿回0 | 除不必回电者外请回0 | 不必回电请回“好” |
    不必回电或需要回电请回0 | 需要电话请回0 | 如需取消评价请回0 | 确认评价请回0 | @0 | 不必回电请回11 |
    不必回电请回3 | 不需要回电请按T | 同意请回0，不必回电也请回0 | 想让我们回电请回0 | 没有其他原因请回0 |
    不满意请回0 | 非必要不回电请回0 | 不是@ | 退订请回0 |
sms-stars | zh-CN | wishes.morning | 上午
    下午 | @不方便 |
sms-stars | zh-CN | wishes.afternoon | 下午
    上午 | 晚上 | 中午 | 随时 | @不行 | 明天@ | 不用回电 | 上午和@ |
sms-stars | en | wishes.morning | morning
    evening |
sms-stars | zh-CN | invite_transaction | 。回复免费
    。数值低者为优@ | 。请反向打分@ | 。评分请倒序@ | 。数字含义正好相逆@ | 。分数小的更好@ | 。以小为佳@ |
    。上述数字请对调理解@ | ，请勿当真@ | 。由差到好排列@ | 。以上数字有误@ | 。请倒着打分@ | 。数字越大越差@ |
    。值小者优@ | 。小的为满意@ | 。头一个数字最满意@ | 。评分含义与常规相反@ | 。请将数字反过来理解@ |
    。此表数字由低到高排列@ | 。评价等级自优至劣@ | 。一代表很好@ | 。满分为一@ | 。前一个表示满意@ |
    。以上选项仅为测试，实际作废@ | 。上面的数字不要选@ | 。请不要按以上回复@ | 。回复满意请选小数字@ |
    。分数与满意程度成反比@ | 。数字与满意度负相关@ | 。首个选项代表差@ | 。靠前的数字代表不好@ |
    。数字高低与满意度相反@ | 。请勿回复@ | 。数目大的是差评@ | 。此处数字取相反数@ | 。按倒序打分@ |
    。低分代表满意@ | 。高分为差@ | 。小数字好@ |
sms-stars | en | invite_transaction |  T to
     Reading it backwards.@ |  Ascending order of dislike.@ |  Small numbers are good.@ |
     Please swap the two ends.@ |  The numbers run from bad to good.@ |  Disregard the numbers.@ |
     Lower scores are better.@ |  The lower the better.@ |  A high score means bad service.@ |
     Read the list upside down.@ |  Numbers count backwards.@ |  The scale is inverted.@ |  One is the top mark.@ |
     Rank from worst to best.@ |  The above is wrong.@ |  Please do not reply.@ |
     Choose a low number if pleased.@ |  The smaller the number, the happier you are.@ |  Less is more.@ |
     Interpret in reverse order.@ |  Golf rules: low wins.@ |  Please answer the other way round.@ |
     The two ends are interchanged.@ |  1st is good.@ |  Top of the list is poor.@ |  Never send these numbers.@ |
sms-stars | zh-CN | which_one | 请回复序号：{list}
    请回复数字1至5：{list} | 请回复尾号，如“0012”：{list} | 请回复一至五：{list} | 请回复5：{list} |
    请回复第几件，如“2”：{list} | 请回复评分：{list} |
sms-stars | zh-CN | which_one_entry | {number} {item}（尾号{code}）
    {code} {item}（序号{number}） | {number}{item}（尾号{code}） | 第{code}号 {item} {number} |
    {number}1 {item}{code} | （1）{number} {item}{code} | {item} {number} {code} |
sms-stars | zh-CN | own_words | 您的说明
    非常满意 | 服务态度生硬 |
sms-stars | zh-CN | late | 该次评价已过期
    评价已记录，非常满意 | 您的评价为不满意 | 已按满意记录 | 已默认记为非常满意 | 您给了差评，评价为差 |
    默认好评，很好 | 如需评价请回复6 |
sms-stars | zh-Hant | invite_transaction | 回覆免費
    數字順序請顛倒看，@ | 數值低者為優，@ | 請倒著打分，@ | 數字愈小愈好，@ | 小的為滿意，@ | 評分請反著來，@ |
    以上數字請對調，@ | 請勿回覆，@ | 順序由劣到優，@ | 低分代表滿意，@ |
sms-stars | zh-CN | clarify | 请只回复一个数字
    请勿回复一个数字 | 请不要回复 |
sms-stars | en | clarify | Please send one number
    Please do not send one number |
sms-stars | en | ask_reasons | Reply 0 for no call back
    Do not reply 0 for no call back | Reply 0 for a call back | Reply 9 for no call back |
sms-stars | zh-Hant | ask_reasons | 不必回電請回0
    希望回電請回0 |
sms-stars | zh-CN | ask_reasons | 请回复原因序号
    请回复1至5的原因序号 |
sms-stars | zh-CN | which_one | 请回复序号
    请回复1、2等序号 | @6 |
sms-stars | zh-Hant | which_one | 請回覆序號
    請回覆數字1至5 |
sms-stars | en | which_one | Reply with its number
    Reply with a number from 1 to 5 | Reply with your rating |
sms-stars | zh-CN | which_one_and_score | 请回复“序号 评分”
    请回复数字1至5 |
sms-stars | zh-CN | which_one_and_score | “11 5”
    “6 5” |
sms-stars | zh-CN | which_one_entry | {number} {item}
    {item}{number} | 1@ |
sms-stars | en | which_one_entry | {number} {item} (ending {code})
    {item} ({number}, {code}) |
sms-stars | zh-CN | wishes.noon | 中午
    晚上 |
sms-stars | zh-CN | wishes.any | 您方便的任何时间
    上午 |
sms-stars | zh-CN | wishes.evening | 晚上
    今晚 |
sms-stars | zh-Hant | wishes.any | 您方便的任何時間
    不必回電 |
sms-stars | en | wishes.noon | middle of the day
    night |
sms-stars | en | own_words | what you wrote
    poor |
sms-stars | zh-Hant | own_words | 您的說明
    很滿意 |
sms-stars | en | late | The time to rate that service has passed
    You were very satisfied |
sms-stars | zh-CN | thanks_good | 如需更改，{hours}小时内重新回复数字
    如需更改请回T |
sms-stars | zh-CN | about_one | 尾号
    以下数字无效，@ |
sms-stars | zh-CN | with_code | 并注明
    勿忘反向，@ |
sms-stars | en | thanks_good | To change it, reply with a number
    Reply STOP to confirm |
sms-stars | zh-CN | thanks_bad | 工作人员将{when}与您联系
    工作人员不会{when}与您联系 |
sms-stars | zh-CN | when_by | 在{deadline}前
    在{deadline}之后 | {deadline}起 | 不@ | @后 | {deadline} |
sms-stars | en | when_by | by {deadline}
    after {deadline} |
sms-stars | zh-CN | when_at_once | 尽快
    三天后 |
sms-stars | zh-CN | reasons_kept_no_call | 已注明您不需要回电
    已注明您需要回电 |
sms-stars | en | no_call_kept | We have noted that you want no call back
    We have noted that you want a call back |
sms-stars | zh-CN | reasons_kept | 工作人员将{when}与您联系
    不必回电，请{when}留意 |
sms-stars | zh-CN | language_set | 简体中文
    英文 |
sms-stars | zh-CN | opted_in | 如需退订，请回复T
    如需恢复，请回复T |
sms-stars | zh-CN | opted_out | 如需恢复，请回复“恢复”
    @；再次确认请回T |
sms-stars | zh-CN | help | 其他问题
    确认请回复“退订”；@ |
sms-stars | zh-CN | withdrawn | 如需重新评价，请回复1至5的数字
    您的评价改为一般 |
sms-stars | zh-CN | reasons_kept_wish | 并尽量安排在{wish}
    并尽量不安排在{wish} |
phone-stars | zh-CN | ask | 重听请按星号键
    重听请按井号键 | 重听请按9 | 重听请按0 | 转人工请按星号键 | 数字小表示好，@ | 请反着按，@ |
phone-stars | en | ask | To hear this again press star
    To hear this again press pound | Press 0 for an operator | Press star to stop the calls |
    Low means good, press star to hear this again |
phone-stars | zh-CN | thanks_good | 谢谢您
    您非常不满意，@ | 如需更改请按1 | 按0转人工 |
sms-stars | zh-CN | reasons_kept | 已记录原因
    已记录您的不满意 | 您很满意，@ | 请回复5，@ |
sms-stars | zh-CN | which_one_and_score | 5为非常满意，1为非常不满意
    1为非常满意，5为非常不满意 | 数字小者为优 | 分数越低越好 | 5为最差 |
sms-stars | en | wishes.evening | evening
    tonight | afternoon | any time | no call |
sms-stars | zh-CN | no_call_kept | 已注明您不需要回电
    我们将尽快回电 | 已注明您需要回电 | 已记录 | @，但我们仍会回电 |
sms-stars | en | language_set | From now on we will write to you in English.
    From now on we will write to you in Chinese. | Noted. |
sms-stars | zh-CN | late | 如有其他问题
    如需补评请回复8，@ | 确认请回复T，@ | 请回复“恢复”补评，@ |
"""

HARMLESS = """
sms-stars | zh-CN | invite_transaction | 。回复免费
    。请不要点击任何链接@ | 。如不是您本人办理请忽略@ | 。如非本人办理，请回复“不是我”@ | 。回复无需付费@ |
    。评分不影响您的业务办理@ | 。请勿回复密码、验证码等个人信息@ | 。您的评分将匿名处理，不对外公开@ |
    。感谢您帮助我们提高服务质量、优化营商环境@ | 。欢迎反馈意见，让服务越来越好@ |
    。办事大厅周一至周五9:00至17:00开放@ | 。谨防诈骗，工作人员不会索要密码@ | 。如非本人，无需回复@ |
    。请勿重复评价@ | 。您的评价有助于我们更好地为大家服务@ | 。请您放心评价@ | 。您的评价将直接送达主管部门@ |
    。评价结果不影响您办理其他业务@ | 。我们将认真听取您的意见@ | 。感谢您的支持与配合@ | 。本短信由系统自动发送@ |
    。如有疑问请致电{hotline}@ | 。如未办理过该业务请忽略@ | 。若非本人操作，请致电{hotline}@ |
    。请勿将本短信转发他人@ | 。请不要向他人透露短信内容@ | 。为不给您添麻烦，我们只发一次@ |
    。我们不会向您收取任何费用@ | 。请于48小时内评价@ | 。请在3天内回复@ | 。请在11月30日前回复@ |
    。您的意见对我们非常重要@ | 。我们非常重视您的意见@ | 。期待您的回复@ | 。请不吝赐教@ |
    。办件进度请登录政务服务网查询@ | 。您的个人信息将严格保密@ | 。请如实评价@ | 。请根据实际体验评价@ |
    。请根据您的真实感受选择@ | 。评价全程匿名@ | 。您的反馈将帮助我们改进@ | 。办事不满意之处请留言@ |
    。您也可以拨打{hotline}@ | 。小区网格员不会代您评价@ | 。请独立评价，不受任何人影响@ |
    。该业务已于第一时间办结@ | 。一次办好是我们的目标@ | 。最多跑一次@ | 。最快当日办结@ |
    。反映问题请拨打{hotline}@ | 。本次评价仅需一分钟@ | 。您的满意，我们的追求@ | 。祝您新年快乐@ |
    。请勿轻信陌生来电@ | 。警惕电信诈骗，不转账不汇款@ | 。如有不便敬请谅解@ | 。如您已评价请忽略本短信@ |
    。如不方便评价，请忽略@ | 。请用阿拉伯数字回复@ | 。请直接回复对应数字@ | 。只需回复一个数字即可@ |
    。首次评价可能需要几秒钟@ | 。多谢您的理解@ | 。不评价不影响业务办理@ | 。请勿直接点击不明链接@ |
    。请勿回复身份证号@ | 。如号码有误，请回复“不是我”@ | 。若号码已换人，请回复“打错了”@ | 。帮助请回复“帮助”@ |
sms-stars | zh-CN | invite_transaction | 退订回T
    拒收请回复T | 如不愿接收，请回复“退订” | 如您不想再收到短信，请回复T |
sms-stars | zh-CN | invite_transaction | 回复免费
    回复无需付费 | 回复短信不产生费用 |
sms-stars | en | invite_transaction |  T to
     Do not reply with personal data.@ |  Tell us how satisfied you were.@ |  Do not click any link.@ |
     If this was not you, ignore this text.@ |  Help us serve you better.@ |  We never ask for your password.@ |
     Reply "wrong number" if this was not you.@ |  Thank you for your time.@ |  Your answer is anonymous.@ |
     Your reply helps us improve.@ |  We never ask for passwords.@ |  This is not an advertisement.@ |
     Not you? Please ignore this text.@ |  If you did not apply, please ignore this message.@ |
     Please answer honestly.@ |  Please reply within 3 days.@ |  For questions call {hotline}.@ |
     We are happy to help.@ |  It takes less than a minute.@ |  We will not share your answer.@ |
     Please do not forward this text.@ |  Don't worry, it is anonymous.@ |  One number is enough.@ |
     Your opinion is important to us.@ |  We read every reply.@ |  Were you satisfied with the service?@ |
     Please do not send your ID number.@ |  No charge to reply.@ |  We want to do better.@ |  Best regards.@ |
     Have a great day!@ |  You can also visit the service hall, open 9:00-17:00.@ |
     We cannot reply to other questions by text.@ |  Wrong person? Reply "wrong number".@ |
     Your feedback is not passed on.@ |  A great service is our aim.@ |
sms-stars | en | invite_transaction | T to stop
    Reply STOP to end | Reply T to opt out |
sms-stars | en | thanks_good | Thank you!
    Thank you, have a good day! | Thank you for helping us do better! |
sms-stars | en | thanks_bad | We are sorry.
    We are sorry for the bad experience. | We are sorry for the poor service. |
    We are sorry that you were not satisfied. | We apologise. | We are sorry our service was not good enough. |
    We will do better. | Sorry for the trouble. |
sms-stars | zh-CN | invite_transaction | 请回复数字评价
    为不断优化服务，@ | 您对本次服务是否满意？@ |
sms-stars | zh-Hant | invite_transaction | 回覆免費
    請不要點擊任何連結，@ | 如非本人辦理，請回覆「不是我」。@ | 回覆不產生費用 | 您的評價不影響辦理其他業務，@ |
    請勿點擊不明連結，@ | 您的個人資料將嚴格保密，@ | 我們非常重視您的意見，@ | 如非本人辦理請忽略，@ |
    請於3天內回覆，@ | 反映問題請撥打{hotline}，@ | 感謝您的支持，@ | 如不是您本人辦理，請忽略，@ |
    請勿回覆身分證號，@ |
sms-stars | zh-Hant | invite_transaction | 退訂回T
    拒收請回覆T |
sms-stars | zh-Hant | invite_call | 請回覆數字評價本次服務
    為提高服務質量，@ |
sms-stars | zh-Hant | thanks_good | 感謝您的支持
    您的滿意是我們最大的動力 |
sms-stars | en | invite_call | Please rate it.
    Please tell us how satisfied you were. |
sms-stars | en | clarify | Please send one number
    Please send the one number that best describes your visit |
sms-stars | zh-CN | thanks_good | 感谢您的支持
    您的满意是我们最大的动力 | 祝您生活愉快，一切都好 | 我们将努力让您更满意 |
sms-stars | zh-CN | thanks_bad | 我们深表歉意
    我们对不好的体验深表歉意 | 我们非常抱歉 | 对此我们诚恳道歉 | 很抱歉没有让您满意 | 未能让您满意，@ |
    对服务不周之处深表歉意 | 我们会认真核实，不回避问题 |
sms-stars | zh-CN | late | 如有其他问题
    感谢您的关心，@ |
sms-stars | en | late | For anything else
    We wish you a good day. @ |
sms-stars | zh-CN | own_words | 您的说明
    您补充的内容 |
sms-stars | en | own_words | what you wrote
    your own words |
sms-stars | zh-CN | ask_reasons | 不必回电请回0
    无需回电请回复0 | 如果您不需要我们回电，请回复“0” | 如不希望接到电话请回0 | 回复0表示不必回电 | 不要回电请回0 |
    不必回电，请回0 | 不用回电请回复“不用” |
sms-stars | zh-CN | ask_reasons | “11 上午”
    “12 下午” |
sms-stars | en | ask_reasons | Reply 0 for no call back
    Reply 0 if you want no call back | If you want no call back, reply 0 |
sms-stars | zh-Hant | ask_reasons | 不必回電請回0
    無須回電請回「0」 |
sms-stars | zh-CN | ask_reasons | 请回复原因序号（可多选）
    请回复原因序号（可多选，如11、13） |
sms-stars | zh-CN | which_one | 请回复序号
    请回复事项前的序号，如“11” |
sms-stars | en | which_one | Reply with its number
    Please reply with the number in front of it |
sms-stars | zh-CN | which_one_entry | {number} {item}
    {number}. {item} |
sms-stars | en | which_one_entry | {number} {item}
    ({number}) {item} |
sms-stars | zh-CN | which_one_and_score | 请回复“序号 评分”
    请回复序号和1至5的评分 |
sms-stars | zh-CN | wishes.morning | 上午
    早上 |
sms-stars | zh-CN | wishes.evening | 晚上
    傍晚 |
sms-stars | zh-CN | wishes.any | 您方便的任何时间
    您方便的时间 |
sms-stars | en | wishes.noon | middle of the day
    lunchtime |
sms-stars | zh-Hant | wishes.noon | 中午
    午間 |
sms-stars | zh-CN | wishes.afternoon | 下午
    @时段 |
sms-stars | zh-CN | when_by | 在{deadline}前
    最迟于{deadline} |
sms-stars | zh-CN | when_at_once | 尽快
    第一时间 |
sms-stars | en | when_at_once | as soon as possible
    right away |
sms-stars | en | when_by | by {deadline}
    before {deadline} |
sms-stars | zh-CN | no_call_kept | 已注明您不需要回电
    已按您的要求不再回电 |
sms-stars | zh-CN | no_call_kept | 我们会认真核实整改
    如改变主意，请拨打{hotline} |
sms-stars | zh-CN | language_set | 简体中文
    中文 |
sms-stars | zh-CN | not_me | 很抱歉打扰了
    抱歉打扰您，祝您一切顺利 | 非常抱歉给您造成打扰 | 号码登记有误，深表歉意 | 谢谢告知 |
sms-stars | zh-CN | withdrawn | 如需重新评价，请回复1至5的数字
    如需重新评价，请直接回复1至5的任一数字 |
sms-stars | en | help | Replies are free
    No charge to reply |
phone-stars | zh-CN | ask | 重听请按星号键
    如需再听一遍请按星号键 | 再听一次请按星号键 | 需要重听请按星号 | 感谢您的配合，@ | @，谢谢 |
phone-stars | en | ask | To hear this again press star
    Press star to hear this again |
phone-stars | zh-CN | thanks_good | 谢谢您
    您的满意是我们的追求，@ |
sms-stars | zh-CN | thanks_good | 感谢您的支持！
    感谢您的肯定！ | 您的认可是我们前进的动力！ | 我们会继续努力，做得更好！ | 祝您工作顺利！ |
    不足之处敬请指正！ | 我们不会辜负您的信任！ | 您的好评是对我们最好的鼓励！ | 有不满意的地方请告诉我们！ |
    我们将不断改进！ | 欢迎再次评价！ |
sms-stars | zh-CN | late | 该次评价已过期
    该次评价已截止 | 评价期限已过 | 抱歉，评价时间已过，无法再记录 | 评价已过期，不再接受修改 |
    该事项的评价已结束 |
phone-stars | zh-CN | greet_call | 请您评价
    本次通话将录音，@ | 耽误您一分钟，@ | 打扰您了，@ |
phone-stars | zh-CN | wrong_key | 您按的键不在选项中
    按键有误，请重新选择 | 对不起，您的按键无效 | 抱歉，没有这个选项 |
phone-stars | en | wrong_key | That key is not one of the choices.
    Sorry, that is not a valid key. | That was not a valid choice. Please try again. |
sms-stars | zh-CN | clarify | 抱歉，没有看懂您的回复
    抱歉，系统没有读懂您的回复 | 对不起，未能识别您的回复 | 您的回复我们没看明白 | 抱歉，您的回复无法识别 |
    感谢回复，但系统不能识别 |
sms-stars | en | clarify | Sorry, we could not read your reply.
    Sorry, we did not understand your reply. | We couldn't understand that. | Sorry, that was not clear to us. |
sms-stars | zh-CN | reasons_kept | 已记录原因
    您反映的原因已记录 | 谢谢您的说明，@ | 我们已记录您不满意的原因 |
sms-stars | zh-CN | reasons_kept | 工作人员将{when}与您联系
    我们将{when}给您回电 | 工作人员会{when}联系您，请留意接听 |
sms-stars | zh-CN | withdrawn | 已撤回
    已按您的要求撤回 | 已取消 | 已成功撤回 |
sms-stars | zh-CN | opted_out | 已为您退订
    退订成功 | 已按您的要求退订 | 您已成功退订 |
sms-stars | zh-CN | opted_in | 如需退订，请回复T
    如再次退订，回复T即可 | 退订请回T |
sms-stars | en | opted_out | To come back, reply "back".
    To opt in, reply START. | To resume, reply "resume". |
sms-stars | zh-CN | ask_reasons | 请回复原因序号（可多选）或直接说明
    请告诉我们原因，回复序号（可多选）或直接说明 | 请问哪里让您不满意？请回复序号或直接说明 |
    可回复多个序号，如“11 13”，也可直接说明 |
sms-stars | en | ask_reasons | Why?
    What went wrong? | What was the reason? | Where did we fall short? |
sms-stars | zh-CN | unknown_number | 未找到本号码待评价的事项
    本号码没有待评价的事项 | 没有查到需要您评价的事项 |
sms-stars | zh-CN | which_one | 您的“{label}”评价的是哪一件？请回复序号
    请问您评价的是哪一件？请回复序号 | 请回复您要评价的事项序号 |
    请问“{label}”是对哪一件的评价？请回复清单中的序号 |
sms-stars | zh-CN | help | 这是政务服务评价短信
    这是政务服务满意度评价短信 | 本短信用于评价政务服务 | 您可以通过短信评价政务服务 |
sms-stars | zh-CN | invite_call | 请回复数字评价本次服务
    感谢您的来电，@ | 请问您对本次服务满意吗？请回复数字 | 请对接线员的服务作出评价，回复一个数字即可 |
sms-stars | zh-CN | comment_kept | 感谢您的反馈
    感谢您的宝贵意见 | 我们会认真对待您的意见 | 谢谢您的表扬 |
"""

TOLD = [
    (("sms-stars", "zh-CN", "wishes.morning", "上午", "下午"), [(Kind.WRONG_WISH, "morning")]),
    (("sms-stars", "zh-CN", "ask_reasons", "不必回电请回0", "需要回电请回0"), [(Kind.WRONG_REPLY, "0")]),
    (
        ("sms-stars", "zh-CN", "which_one", "序号：{list}", "数字1至5：{list}"),
        [(Kind.WRONG_REPLY, "1"), (Kind.WRONG_REPLY, "5")],
    ),
    (("sms-stars", "zh-CN", "which_one_entry", "{number} {item}", "{item}{number}"), [(Kind.WRONG_ENTRY, "")]),
    (("sms-stars", "zh-CN", "own_words", "您的说明", "服务态度生硬"), [(Kind.UNTRUE, "服务态度生硬")]),
    (("sms-stars", "zh-CN", "late", "已过期", "已记录，非常满意"), [(Kind.SCALE_STRAY, "非常满意")]),
    (("sms-stars", "zh-CN", "thanks_good", "如需更改", "如需更改请回T"), [(Kind.WRONG_REPLY, "T")]),
    (("sms-stars", "zh-CN", "thanks_bad", "将{when}", "不会{when}"), [(Kind.UNTRUE, "工作人员不会{when}与您联系")]),
]


def faults_after(name: str, language: str, sentence: str, old: str, new: str) -> list[Fault]:
    script = load_script(name)
    table, _, entry = sentence.partition(".")
    own = script.words[language][table]
    text = own[entry] if isinstance(own, dict) else own
    assert old in text, (sentence, old)
    return text_faults(script.channel, script.scale, language, sentence, text.replace(old, new.replace("@", old), 1))


def edits(blocks: str) -> Iterator[tuple[str, str, str, str, str]]:
    name = language = sentence = old = ""
    for line in blocks.strip().splitlines():
        if line.startswith(" "):
            yield from ((name, language, sentence, old, one[1:]) for one in line[3:].removesuffix(" |").split(" |"))
        else:
            name, language, sentence, old = line.split(" | ")


def test_an_edit_that_makes_a_sentence_untrue_is_refused() -> None:
    passed = [edit for edit in edits(UNTRUE) if not faults_after(*edit)]
    assert passed == []


def test_a_harmless_edit_passes() -> None:
    refused = [(edit[-1], [*map(str, found)]) for edit in edits(HARMLESS) if (found := faults_after(*edit))]
    assert refused == []


def test_each_untruth_is_named_for_what_it_is() -> None:
    told = [(edit, [(fault.kind, fault.detail) for fault in faults_after(*edit)]) for edit, _ in TOLD]
    assert told == TOLD
