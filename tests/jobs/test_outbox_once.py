"""Workers claim, finish, postpone, park, vanish and come back late, in any order: each row is done exactly once."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import select

from hotline import outbox
from hotline.database import Database
from hotline.outbox import Claim, Kind
from hotline.tables import Base, OutboxRow
from tests.conftest import MONDAY_MORNING

LEASE = timedelta(seconds=60)
WORKERS = st.integers(0, 2)
ROWS = ("row:0", "row:1")


class Office(RuleBasedStateMachine):
    """Three workers and two rows. A worker remembers its last claim, however stale; `done` is the work done."""

    @initialize()
    def open(self) -> None:
        self.database = Database("sqlite://")
        Base.metadata.create_all(self.database.engine)
        self.now, self.done = MONDAY_MORNING, list[str]()
        self.hands = dict[int, Claim]()
        with self.database.write() as session:
            for key in ROWS:
                outbox.put(session, Kind.TEXT, key, {}, self.now, self.now)

    @rule(worker=WORKERS, which=st.integers(1, 2))
    def claim(self, worker: int, which: int) -> None:
        with self.database.write() as session:
            claimed = outbox.claim(session, which, self.now, LEASE)
        if claimed is not None:
            self.hands[worker] = claimed

    @rule(worker=WORKERS)
    def finish(self, worker: int) -> None:
        with self.database.write() as session:
            if worker in self.hands and outbox.finish(session, self.hands[worker], self.now):
                self.done.append(self.hands[worker].key)

    @rule(worker=WORKERS, seconds=st.integers(0, 100))
    def postpone(self, worker: int, seconds: int) -> None:
        with self.database.write() as session:
            if worker in self.hands:
                outbox.postpone(session, self.hands[worker], self.now + timedelta(seconds=seconds))

    @rule(worker=WORKERS)
    def park(self, worker: int) -> None:
        with self.database.write() as session:
            if worker in self.hands:
                outbox.park(session, self.hands[worker], "by chance")

    @rule()
    def unpark(self) -> None:
        with self.database.write() as session:
            for row in session.scalars(select(OutboxRow).filter_by(state="parked")).all():
                outbox.unpark(session, row.id, self.now)

    @rule(seconds=st.sampled_from([1, 59, 60, 61, 200]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def teardown(self) -> None:
        """Whatever happened, the day goes on and every row gets done."""
        self.unpark()
        self.wait(200)
        for which, _ in enumerate(ROWS, start=1):
            self.claim(9, which)
            self.finish(9)
            self.hands.pop(9, None)
        self.database.engine.dispose()
        assert sorted(self.done) == sorted(ROWS)


TestOffice = Office.TestCase
TestOffice.settings = settings(max_examples=40, stateful_step_count=25)
