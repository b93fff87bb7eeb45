from tests.console.test_browser import *  # noqa
from tests.console.test_browser import _look_from_all_sides, PAGES
import tests.console.test_browser as tb
globals().update({k: v for k, v in {}.items()})
for name in list(globals()):
    if name.startswith("test_"):
        del globals()[name]

def test_mine(open_page, full_house, open_case, house, clock):
    change_casework_rules(house, "luoning")
    full_house["long"] = open_case(ago=timedelta(days=4))
    keep_deadlines(house)
    supervise(house, full_house["long"])
    clock.move(hours=7)
    for n in range(3):
        open_case(ago=timedelta(days=1,minutes=30*n))
    page = open_page("admin")
    faults = []
    for path in PAGES[PAGES.index("/console/board"):]:
        page.goto(path.format(**full_house))
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        name = path.removeprefix("/console/")
        try:
            _look_from_all_sides(page, name.replace("/", "-").replace("?", "-"))
        except AssertionError as e:
            faults.append(str(e)[:1500])
    assert not faults, "\n\n".join(faults)
