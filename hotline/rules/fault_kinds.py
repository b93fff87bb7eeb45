"""The kinds of fault that a script's text can have."""

from enum import StrEnum


class Kind(StrEnum):
    """What is wrong. Those up to `control` cannot even be kept as a draft."""

    NO_SENTENCE = "no_sentence"
    NO_SUCH_SENTENCE = "no_such_sentence"
    NO_TEXT = "no_text"
    TOO_LONG = "too_long"
    CONTROL = "control"
    EMPTY = "empty"
    BRACE = "brace"
    STRANGE_FACT = "strange_fact"
    FACT_MISSING = "fact_missing"
    TOO_LONG_FILLED = "too_long_filled"
    WRONG_LABEL = "wrong_label"
    SCALE_UNSAID = "scale_unsaid"
    SCALE_STRAY = "scale_stray"
    NOT_FREE = "not_free"
    TEACHES_NOTHING = "teaches_nothing"
    WRONG_WISH = "wrong_wish"
    WRONG_REPLY = "wrong_reply"
    WRONG_ENTRY = "wrong_entry"
    UNTRUE = "untrue"
    OTHER_LANGUAGE = "other_language"
