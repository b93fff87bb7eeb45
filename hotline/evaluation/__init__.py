"""The evaluation stores that ratings are forwarded to: the embedded one, which is also our copy beside a remote one."""

from hotline.database import Database
from hotline.evaluation.base import Delivered, Refused, Result, Store, Unavailable
from hotline.evaluation.http import HttpStore
from hotline.evaluation.sql import EmbeddedStore
from hotline.settings import Settings

__all__ = ["Delivered", "EmbeddedStore", "HttpStore", "Refused", "Result", "Store", "Unavailable", "make_stores"]


def make_stores(settings: Settings, database: Database) -> tuple[Store, ...]:
    """Those a rating goes to, in order: the remote one, if there is one, has to take it first."""
    embedded = EmbeddedStore(database)
    if settings.store_url is None or settings.store_secret is None:
        return (embedded,)
    return (HttpStore(settings.store_url, settings.store_secret.get_secret_value()), embedded)
