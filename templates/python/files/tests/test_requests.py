"""Spec, discover and validate, and how they fail."""

from .driver import SAMPLE, call, discover, failure, validate_request


def test_spec() -> None:
    spec = call({"spec": {"connectorType": "LOCAL", "config": {}}})["spec"]
    assert spec["protocol"] == 3032023
    assert spec["resourcePathPointers"] == ["/name"]
    token = spec["configSchema"]["$defs"]["AccessToken"]["properties"]["access_token"]
    assert token["secret"] is True


def test_discover() -> None:
    bindings = discover()
    assert [(b["recommendedName"], b["key"]) for b in bindings] == [
        ("events", ["/id"]),
        ("plans", ["/_meta/row_id"]),
    ]


def test_validate() -> None:
    validated = call(validate_request(SAMPLE))["validated"]
    assert validated["bindings"] == [
        {"resourcePath": ["events"]},
        {"resourcePath": ["plans"]},
    ]


def test_validate_names_an_unknown_resource() -> None:
    request = validate_request(SAMPLE)
    request["validate"]["bindings"][0]["resourceConfig"]["name"] = "nope"
    assert failure(request) == "Resource 'nope' was not found."


def test_a_bad_config_is_named_and_not_shown() -> None:
    config = {"credentials": {"access_token": "top-secret"}}
    message = failure({"discover": {"connectorType": "LOCAL", "config": config}})
    assert message == "request.discover.config.base_url: Field required"


def test_every_log_level_of_flow() -> None:
    for level in ("trace", "debug", "info", "warn", "error"):
        call({"spec": {"connectorType": "LOCAL", "config": {}}}, LOG_LEVEL=level)
