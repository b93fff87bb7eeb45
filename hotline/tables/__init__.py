"""The tables, as SQLAlchemy typed models. Importing this package knows them all."""

from hotline.tables.base import Base
from hotline.tables.casework import Attempt, Case, CaseEvent
from hotline.tables.contacts import Call, CallTurn, InboundText, OptOut, OutboundText
from hotline.tables.people import ApiKey, AuditEntry, User
from hotline.tables.plumbing import OutboxRow, StoredRating, StorePosition
from hotline.tables.service import Invitation, Rating, ServiceRecord

__all__ = [
    "ApiKey",
    "Attempt",
    "AuditEntry",
    "Base",
    "Call",
    "CallTurn",
    "Case",
    "CaseEvent",
    "InboundText",
    "Invitation",
    "OptOut",
    "OutboundText",
    "OutboxRow",
    "Rating",
    "ServiceRecord",
    "StorePosition",
    "StoredRating",
    "User",
]
