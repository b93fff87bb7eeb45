"""The tables, as SQLAlchemy typed models. Importing this package knows them all."""

from hotline.tables.access import AuditCheck, ConsoleSession, FormerPassword, RecoveryCode
from hotline.tables.appeals import AppealFile, CaseExplanation, RegisterEntry, RegisterObjection, RegisterUse
from hotline.tables.base import Base
from hotline.tables.casecontacts import CaseContact
from hotline.tables.casesteps import (
    CalendarDay,
    CaseAppeal,
    CaseDeadline,
    CaseDepartment,
    CaseExtension,
    CaseNotice,
)
from hotline.tables.casework import Attempt, Case, CaseEvent
from hotline.tables.contacts import Call, CallTurn, InboundText, LanguageChoice, OptOut, OutboundText, Recording
from hotline.tables.people import ApiKey, AuditEntry, User
from hotline.tables.plumbing import OutboxRow, StoredRating, StorePosition
from hotline.tables.quality import QualityDraw, QualitySample, QualityScore
from hotline.tables.replies import Question, ReviewItem
from hotline.tables.service import Invitation, PressedKey, Rating, ServiceRecord
from hotline.tables.wording import ScriptVersion

__all__ = [
    "ApiKey",
    "AppealFile",
    "Attempt",
    "AuditCheck",
    "AuditEntry",
    "Base",
    "CalendarDay",
    "Call",
    "CallTurn",
    "Case",
    "CaseAppeal",
    "CaseContact",
    "CaseDeadline",
    "CaseDepartment",
    "CaseEvent",
    "CaseExplanation",
    "CaseExtension",
    "CaseNotice",
    "ConsoleSession",
    "FormerPassword",
    "InboundText",
    "Invitation",
    "LanguageChoice",
    "OptOut",
    "OutboundText",
    "OutboxRow",
    "PressedKey",
    "QualityDraw",
    "QualitySample",
    "QualityScore",
    "Question",
    "Rating",
    "Recording",
    "RecoveryCode",
    "RegisterEntry",
    "RegisterObjection",
    "RegisterUse",
    "ReviewItem",
    "ScriptVersion",
    "ServiceRecord",
    "StorePosition",
    "StoredRating",
    "User",
]
