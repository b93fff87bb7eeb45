"""好的 and thanks are nods; whatever says more is not."""

import pytest

from hotline.rules.reply_nods import is_nod

NODS = "好|好的|好的，谢谢！|嗯嗯|收到。|谢谢你们，辛苦了|OK|ok thanks|Thank you!|謝謝"
NO_NODS = "|好评|很好|好的5|谢谢，不用了|谢谢小刘|okra|不好|11|满意|好慢|好个屁|行不行"


@pytest.mark.parametrize("text", NODS.split("|"))
def test_nods(text: str) -> None:
    assert is_nod(text)


@pytest.mark.parametrize("text", NO_NODS.split("|"))
def test_no_nods(text: str) -> None:
    assert not is_nod(text)
