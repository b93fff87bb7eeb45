"""How moments and lengths of time are shown: in the city's own time, the near ones by name."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hotline.console.words import Words

SOON = timedelta(hours=2)
_NEAR_DAYS = {0: "今天", -1: "昨天", 1: "明天"}


@dataclass(frozen=True, slots=True)
class Remaining:
    """How far off a deadline is: in words, and whether it has passed or is near."""

    late: bool
    soon: bool
    words: Words


def remaining(due_at: datetime, now: datetime) -> Remaining:
    """`还剩 3小时` before the deadline, `已超时 12分钟` after it."""
    left = due_at - now
    late = left <= timedelta(0)
    length = span(abs(left))
    if late:
        return Remaining(True, False, Words(f"已超时 {length.zh}", f"{length.en} overdue"))
    return Remaining(False, left <= SOON, Words(f"还剩 {length.zh}", f"{length.en} left"))


def span(length: timedelta) -> Words:
    """A length of time to the minute, in its two largest units."""
    minutes = int(length.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return Words(f"{days}天{hours}小时", f"{days} d {hours} h") if hours else Words(f"{days}天", f"{days} d")
    if hours:
        return (
            Words(f"{hours}小时{minutes}分", f"{hours} h {minutes} min")
            if minutes
            else Words(f"{hours}小时", f"{hours} h")
        )
    return Words(f"{minutes}分钟", f"{minutes} min") if minutes else Words("不到1分钟", "under 1 min")


def talk(begin: datetime, end: datetime) -> str:
    """How long a call lasted, as minutes and seconds: `3:07`."""
    return minutes(max(0, int((end - begin).total_seconds())))


def minutes(seconds: int) -> str:
    """The same of a length in seconds."""
    return f"{seconds // 60}:{seconds % 60:02}"


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`今天 14:05`, `7月3日 14:05`, or with its year when that is another one."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    name = _NEAR_DAYS.get((local.date() - today).days)
    if name is None:
        year = "" if local.year == today.year else f"{local.year}年"
        name = f"{year}{local.month}月{local.day}日"
    return f"{name} {local:%H:%M}"


def midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """When today began in the city (aware, in the zone of `now`)."""
    local = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return local.astimezone(now.tzinfo)
