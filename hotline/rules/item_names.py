"""How long the name of an item may be in an invitation, so that it costs two segments in any language."""

from hotline.rules.matching import shortened

_LONGEST = 24
# Chinese in an English text takes all of it to UCS-2: of two segments our own English words leave 11 characters.
_LONGEST_FOREIGN, _SIGN = 8, "..."


def item_told(name: str, language: str) -> str:
    """The name of an item as a text in that language mentions it."""
    if language.startswith("zh") or name.isascii():
        return shortened(name, _LONGEST, language)
    return name if len(name) <= _LONGEST_FOREIGN + len(_SIGN) else shortened(name, _LONGEST_FOREIGN, language)
