"""No door without a lock: every route proves who is asking, or stands on the short list of those that need not."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from hotline.services import Services
from tests.cast import WANG, Feed, on_sqlite, row_counts, text_form

pytestmark = on_sqlite

SIGNED = {"sms", "survey", "fallback", "callback"}  # blueprints that only the carrier may call
PUBLIC = {
    "home",
    "prompts.sound",
    "probes.alive",
    "probes.ready",
    "probes.metrics",
    "openapi.description",
    "openapi.page",
    "openapi.static",
    "console.static",
    "console.login",
    # The further steps of a log-in, for whoever gave the right password.
    "console.login_next",
    "console.login_code",
    "console.login_password",
    "console.login_enrol",
}


def rules_of(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def path_of(app: Flask, rule: Rule) -> str:
    values = {name: 1 if isinstance(kind, IntegerConverter) else "x" for name, kind in rule._converters.items()}
    with app.test_request_context():
        path: str = app.url_for(rule.endpoint, **values)
        return path


def test_every_route_asks_who_is_there(app: Flask) -> None:
    naked = []
    for rule in rules_of(app):
        view: Callable[..., Any] = app.view_functions[rule.endpoint]
        scoped, roles = hasattr(view, "needed_scope"), getattr(view, "needed_roles", None)
        if not (rule.endpoint in PUBLIC or rule.endpoint.partition(".")[0] in SIGNED or scoped or roles):
            naked.append(rule.rule)
    assert naked == []


def test_the_list_of_public_routes_names_no_route_that_is_gone(app: Flask) -> None:
    assert {rule.endpoint for rule in rules_of(app)} >= PUBLIC


def test_public_routes_only_read(app: Flask) -> None:
    public = [rule for rule in rules_of(app) if rule.endpoint in PUBLIC]
    writing = {rule.endpoint for rule in public if {"PUT", "POST", "DELETE", "PATCH"} & (rule.methods or set())}
    assert writing == {endpoint for endpoint in PUBLIC if endpoint.startswith("console.login")} - {"console.login_next"}


def methods_of(rule: Rule) -> set[str]:
    """The fallback may be fetched too: the carrier's setting of it offers both."""
    return {"GET", "POST"} if rule.endpoint == "fallback.apologise" else {"POST"}


def test_every_webhook_belongs_to_a_signed_room_and_is_a_post(app: Flask) -> None:
    for rule in rules_of(app):
        signed = rule.endpoint.partition(".")[0] in SIGNED
        assert signed == rule.rule.startswith("/webhooks/"), rule.rule
        if signed:
            assert (rule.methods or set()) - {"OPTIONS", "HEAD"} == methods_of(rule), rule.rule


def test_a_forged_post_to_every_webhook_is_refused_and_changes_nothing(app: Flask, house: Services, feed: Feed) -> None:
    feed.transaction()
    before = row_counts(house)
    form = text_form(WANG, "1") | {"CallSid": "CA1", "Digits": "1", "CallStatus": "completed", "MessageStatus": "sent"}
    webhooks = {path_of(app, rule): rule for rule in rules_of(app) if rule.rule.startswith("/webhooks/")}
    assert len(webhooks) >= 10
    for path, rule in webhooks.items():
        for headers in ({}, {"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}):
            assert app.test_client().post(f"{path}?turn=1", data=form, headers=headers).status_code == 403, path
        assert app.test_client().get(path).status_code == (403 if "GET" in methods_of(rule) else 405), path
    assert row_counts(house) == before


def test_every_route_of_the_api_refuses_a_caller_without_a_key(app: Flask) -> None:
    for rule in rules_of(app):
        if rule.rule.startswith("/api/v1/") and rule.endpoint not in PUBLIC:
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                assert app.test_client().open(path_of(app, rule), method=method).status_code == 401, rule.rule


def test_every_page_of_the_console_sends_a_stranger_to_log_in(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False  # a form with its token, from somebody who is nobody
    for rule in rules_of(app):
        if not rule.rule.startswith("/console") or rule.endpoint in PUBLIC:
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = app.test_client().open(path_of(app, rule), method=method)
            assert answer.status_code in (302, 303), f"{method} {rule.rule}"
            assert answer.headers["Location"].startswith("/console/login"), f"{method} {rule.rule}"


def test_every_form_of_the_console_needs_its_token(app: Flask) -> None:
    for rule in rules_of(app):
        if rule.rule.startswith("/console") and "POST" in (rule.methods or set()):
            answer = app.test_client().post(path_of(app, rule))
            stopped = answer.status_code == 400 or "/console/login" in answer.headers.get("Location", "")
            assert stopped, rule.rule


@pytest.mark.parametrize("word", ["phone", "number", "mobile", "tel", "caller", "e164"])
def test_no_address_carries_a_telephone_number(word: str, app: Flask) -> None:
    for rule in rules_of(app):
        assert not [name for name in rule.arguments if word in name.lower()], rule.rule


def test_only_numbers_and_names_of_ours_stand_in_webhook_addresses(app: Flask) -> None:
    for rule in rules_of(app):
        if rule.rule.startswith("/webhooks/"):
            assert all(isinstance(kind, IntegerConverter) for kind in rule._converters.values()), rule.rule


def test_every_answer_carries_the_headers_that_keep_a_browser_safe(app: Flask) -> None:
    for path in ("/healthz", "/api/docs", "/console/login", "/nothing-here", "/api/v1/ratings"):
        headers = app.test_client().get(path).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"], path
        assert "unsafe" not in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin", path
