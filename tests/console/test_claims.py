"""Claims at the same moment, on both databases: a case goes to one agent only."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from hotline.actions import casework
from hotline.errors import Conflict
from hotline.services import Services
from hotline.tables import CaseEvent, User

AGENTS = 4


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


def _at_once(house: Services, agent_id: int, deed: Callable[..., object]) -> list[object]:
    """What `deed(session, agent)` gives when four do it together; None where it met a Conflict."""
    together = Barrier(AGENTS)

    def one(_: int) -> object:
        together.wait()
        try:
            with house.database.write() as session:
                return deed(session, session.get_one(User, agent_id))
        except Conflict:
            return None

    with ThreadPoolExecutor(AGENTS) as pool:
        return list(pool.map(one, range(AGENTS)))


def test_next_gives_each_agent_another_case(
    house: Services, staff: dict[str, int], open_case: Callable[..., int]
) -> None:
    cases = [open_case() for _ in range(AGENTS - 1)]

    def take(session: object, agent: User) -> object:
        return casework.claim_next(session, agent, house.policy, house.now())  # type: ignore[arg-type]

    taken = [claimed[0] for claimed in _at_once(house, staff["agent"], take) if claimed]  # type: ignore[index]
    # On PostgreSQL a case that another is just taking is passed over, so one may find nothing for a moment.
    assert len(taken) == len(set(taken)) == len(cases)
    assert casework_events(house, "claimed") == sorted(cases)


def test_one_case_is_claimed_by_one_of_many(
    house: Services, staff: dict[str, int], open_case: Callable[..., int]
) -> None:
    case_id = open_case()
    agents = iter([staff["agent"], staff["王敏"], staff["supervisor"], staff["admin"]])

    def take(session: object, _: User) -> object:
        agent = session.get_one(User, next(agents))  # type: ignore[attr-defined]
        return casework.claim(session, case_id, agent, house.policy, house.now())  # type: ignore[arg-type]

    won = [token for token in _at_once(house, staff["agent"], take) if token]
    assert len(won) == 1
    assert casework_events(house, "claimed") == [case_id]


def casework_events(house: Services, kind: str) -> list[int]:
    with house.database.read() as session:
        return sorted(event.case_id for event in session.query(CaseEvent).filter(CaseEvent.kind == kind))
