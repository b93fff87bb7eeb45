"""The navigation leads every role to pages that it may open, and marks where one is."""

import re
from collections.abc import Callable

import pytest

from hotline.console import nav
from hotline.tables.people import Role
from tests.console.conftest import Visitor

HEADER = re.compile(r'<header class="top">.*?</header>', re.DOTALL)


@pytest.mark.parametrize("role", list(Role))
def test_every_link_of_the_header_opens_and_says_where_one_is(
    visit: Callable[..., Visitor], staff: dict[str, int], role: Role
) -> None:
    visitor = visit(str(role))
    to_open, opened = {"/console/"}, set()
    while to_open - opened:
        address = (to_open - opened).pop()
        page = visitor.get(address)
        assert page.status_code == 200, address
        header = HEADER.search(page.text)
        assert header is not None
        assert f'<a href="{address}" aria-current' in header[0], address
        to_open |= set(re.findall(r'<a href="([^"]+)"', header[0]))
        to_open.discard("/console/me")
        opened.add(address)
    pages = [page for group in nav.GROUPS for page in group.pages]
    assert 2 <= len(opened) <= len(pages)
    assert len(opened) == len(pages) or role is not Role.ADMIN


def test_no_page_stands_in_the_navigation_twice() -> None:
    views = [view for group in nav.GROUPS for page in group.pages for view in (page.view, *page.within)]
    assert len(views) == len(set(views))
