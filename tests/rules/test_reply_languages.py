"""A wish for a language is one only if the text says nothing else."""

import pytest

from hotline.rules.reply_languages import wanted_language

ASKED = {
    "en": (
        "English",
        "英文",
        "英語",
        "in English please",
        "EN",
        "English version",
        "请用英文",
        "換成英文",
        "Ｅｎｇｌｉｓｈ",
        "I want English",
        "english!",
        "Can I have it in English?",
    ),
    "zh-CN": (
        "中文",
        "简体",
        "簡體中文",
        "普通话",
        "Chinese",
        "Simplified Chinese",
        "请用中文",
        "說普通話",
        "中文版，谢谢",
        "换回中文吧",
        "Mandarin",
        "Chinese (Simplified)",
        "中文（简体）",
    ),
    "zh-Hant": (
        "繁體",
        "繁体",
        "正體",
        "繁體中文",
        "繁体字",
        "請用繁體",
        "Traditional Chinese",
        "zh-Hant",
        "中文（繁體）",
    ),
}
NOT_ASKED = (
    *(
        "",
        "5",
        "5 English",
        "英文版指南有错",
        "看不懂英文",
        "不要英文",
        "no English",
        "窗口人员不会说普通话",
        "中文 英文",
        "English or Chinese",
        "Chinese 5",
    ),
    *(
        "enough",
        "满意",
        "en5",
        "The Chinese form was wrong",
        "中文指南不清楚",
        "chinesex",
        "请",
        "in",
        "excellent",
        "end",
        "简单",
        "繁琐",
    ),
)


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in ASKED.items() for text in texts]
)
def test_a_wish_for_a_language_is_read(language: str, text: str) -> None:
    assert wanted_language(text) == language


@pytest.mark.parametrize("text", NOT_ASKED)
def test_anything_more_is_no_wish_for_a_language(text: str) -> None:
    assert wanted_language(text) is None
