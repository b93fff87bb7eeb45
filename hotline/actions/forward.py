"""What the evaluation store is told of a rating: its document, put into the outbox in the rating's own commit."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hotline import outbox
from hotline.tables import Rating


def forward(session: Session, rating: Rating, now: datetime) -> None:
    """Put the rating, as it is at this version, on its way to the store; once a version."""
    key = f"forward:{rating.id}:{rating.version}"
    outbox.put(session, outbox.Kind.FORWARD, key, {"document": document(rating)}, now, now)


def document(rating: Rating) -> dict[str, Any]:
    """The rating as every store receives it. `id` stays, `version` rises with each change of its state."""
    record = rating.record
    return {
        "id": rating.id,
        "version": rating.version,
        "record": {
            "kind": str(record.kind),
            "number": record.number,
            "service_count": record.service_count,
            "item_code": record.item_code,
            "item_name": record.item_name,
            "area_code": record.area_code,
            "dept_code": record.dept_code,
            "staff_no": record.staff_no,
            "completed_at": record.completed_at.isoformat(),
        },
        "round": rating.round,
        "stars": rating.stars,
        "is_default": rating.is_default,
        "channel": str(rating.channel),
        "raw": rating.raw,
        "scale": str(rating.scale),
        "script": rating.script,
        "reasons": rating.reasons,
        "comment": rating.comment,
        "rated_at": rating.rated_at.isoformat(),
        "state": str(rating.state),
        "flags": rating.flags,
    }
