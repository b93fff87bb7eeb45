"""Why somebody at the desk is shown a citizen's whole telephone number."""

from enum import StrEnum


class RevealReason(StrEnum):
    """`other` does not go without words."""

    OWN_PHONE = "own_phone"  # they dial it themselves
    CHECK_NUMBER = "check_number"  # is it the right one?
    OTHER_WAY = "other_way"  # WeChat, a visit
    OTHER = "other"
