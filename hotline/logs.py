"""Log lines: JSON to standard error, one a line, with every telephone number in them masked."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from hotline.rules.phones import mask_phones_in

_REGION = "CN"


def set_up_logs(level: int = logging.INFO) -> None:
    """For our own loggers and the libraries' alike."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _mask_phones,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in (
        "alembic",
        "twilio.http_client",
        "httpx",
        "httpcore",
        "rq.worker",
        "rq.worker.base",
        "rq.cron",
        "urllib3",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _mask_phones(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value if name == "timestamp" else _masked(value) for name, value in event.items()}


def _masked(value: Any) -> Any:
    """The same with every number in it masked, however deep; what JSON does not know is shown as its repr."""
    match value:
        case None | bool() | float():
            return value
        case Mapping():
            return {str(_masked(name)): _masked(part) for name, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked(part) for part in value]
        case int():
            shown = mask_phones_in(str(value), _REGION)
            return value if shown == str(value) else shown
        case _:
            return mask_phones_in(value if isinstance(value, str) else repr(value), _REGION)
