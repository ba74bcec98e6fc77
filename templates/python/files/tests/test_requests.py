"""Spec, discover and validate, and how they fail."""

import socket

import pytest

from .driver import Json, call, failure
from .task import TOKEN, bind, config, discover

SPEC: Json = {"spec": {"connectorType": "LOCAL", "config": {}}}


def validate(base_url: str, token: str = TOKEN) -> Json:
    bindings = [
        {key: binding[key] for key in ("resourceConfig", "collection")}
        for binding in bind(base_url)
    ]
    request = {"name": "acmeCo/test", "connectorType": "LOCAL", "bindings": bindings}
    return {"validate": {**request, "config": config(base_url, token)}}


def test_spec() -> None:
    spec = call(SPEC)["spec"]
    assert spec["protocol"] == 3032023
    assert spec["resourcePathPointers"] == ["/name"]
    token = spec["configSchema"]["$defs"]["AccessToken"]["properties"]["access_token"]
    assert token["secret"] is True


@pytest.mark.parametrize("level", ["trace", "debug", "warn", "error"])
def test_log_levels_of_flow(level: str) -> None:
    call(SPEC, LOG_LEVEL=level)


def test_discover(server: str) -> None:
    assert [(b["recommendedName"], b["key"]) for b in discover(server)] == [
        ("events", ["/id"]),
        ("plans", ["/_meta/row_id"]),
    ]


def test_validate(base_url: str) -> None:
    assert call(validate(base_url))["validated"]["bindings"] == [
        {"resourcePath": ["events"]},
        {"resourcePath": ["plans"]},
    ]


def test_unknown_resource(server: str) -> None:
    request = validate(server)
    request["validate"]["bindings"][0]["resourceConfig"]["name"] = "nope"
    assert failure(request) == "Resource 'nope' was not found."


def test_bad_token(server: str) -> None:
    message = failure(validate(server, "bad-token"))
    assert message == f"the API at {server} refused the access token (HTTP 401)"


def test_wrong_url(server: str) -> None:
    message = failure(validate(f"{server}/v9"))
    assert message == f"the API at {server}/v9 answered HTTP 404"


def test_unreachable_host() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        message = failure(validate(url))
    assert message.startswith(f"cannot read from the API at {url}: ")


def test_a_bad_config_is_named_and_not_shown() -> None:
    bad = {"credentials": {"access_token": "top-secret"}}
    message = failure({"discover": {"connectorType": "LOCAL", "config": bad}})
    assert message == "request.discover.config.base_url: Field required"
