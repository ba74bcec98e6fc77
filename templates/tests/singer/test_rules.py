"""Each rule of the shim with a tap of its own."""

import json
import os
import signal

import pytest

from tests.driver import Process, merge

ON_SDK = os.environ["RULES_SDK"].startswith("sdk")
CONFIG = {"token": "top-s3cret"}


def ask(tap, request, status=0):
    os.environ["RULES_ARGS"] = tap
    with Process("rules.start") as process:
        process.send(request)
        out, _ = process.popen.communicate()
        process.stderr.seek(0)
        log = process.stderr.read()
        assert process.popen.returncode == status, log
        return [json.loads(line) for line in out.splitlines()], log


def discover(tap, config=None):
    answers, _ = ask(tap, {"discover": {"config": config or CONFIG}})
    return {b["recommendedName"]: b for b in answers[0]["discovered"]["bindings"]}


def bind(*names, backfill=0):
    methods = {"rows": "FULL_TABLE"}
    return [{"resourceConfig": {"stream": n, "replicationMethod": methods.get(n, "INCREMENTAL")}, "stateKey": f"{n}.v{backfill}"} for n in names]


def capture(tap, *bindings, state=None, status=0, **config):
    """Documents by stream, the state, and the log."""
    task = {"capture": {"config": {**CONFIG, **config}, "bindings": list(bindings)}, "state": state or {}}
    answers, log = ask(tap, {"open": task}, status)
    documents, pending, stored = [], [], state or {}
    for answer in answers[1:]:
        if "captured" in answer:
            pending.append((bindings[answer["captured"]["binding"]]["resourceConfig"]["stream"], answer["captured"]["doc"]))
        else:
            new = answer["checkpoint"]["state"]
            stored = merge(stored if new["mergePatch"] else {}, new["updated"])
            documents += pending
            pending = []
    assert status or not pending
    return documents, stored, log


def ids(documents):
    return [d["id"] for _, d in documents]


def last_error(log):
    line = json.loads(log.splitlines()[-1])
    assert line["level"] == "error"
    return line["msg"]


def given(documents):
    return json.loads(documents[0][1]["state"])


EVENTS = bind("events")


def test_discovered_bindings():
    found = discover("echo")
    assert found["events"]["resourceConfig"] == {"stream": "events", "replicationMethod": "INCREMENTAL", "replicationKey": "id"}
    assert found["events"]["key"] == ["/id"]
    assert found["rows"]["resourceConfig"] == {"stream": "rows", "replicationMethod": "FULL_TABLE"}
    assert found["rows"]["key"] == ["/_meta/row_id"]
    assert found["forced"]["resourceConfig"] == {"stream": "forced", "replicationMethod": "INCREMENTAL"}
    assert found["forced"]["key"] == ["/id"]
    assert "selected" not in json.dumps(found)


def test_a_replication_method_is_one_of_three():
    found = discover("echo")
    assert found["small"]["resourceConfig"] == {"stream": "small", "replicationMethod": "FULL_TABLE"}
    assert found["odd"]["resourceConfig"] == {"stream": "odd", "replicationMethod": "INCREMENTAL", "replicationKey": "id"}


def test_a_forced_method_needs_no_key():
    request = {"config": CONFIG, "bindings": bind("forced")}
    (answer,), _ = ask("echo", {"validate": request})
    assert answer == {"validated": {"bindings": [{"resourcePath": ["forced"]}]}}


@pytest.mark.parametrize("tap", ["properties", "both"])
def test_taps_that_want_properties(tap):
    documents, _, _ = capture(tap, *bind("rows"))
    assert ids(documents) == [1]


def test_taps_that_refuse_properties():
    assert ids(capture("catalog", *EVENTS)[0]) == [1]


def test_a_tap_that_sends_nothing_is_warned_of():
    _, state, log = capture("nothing", *EVENTS)
    assert "may not have understood which streams are selected" in log
    assert state["bindingStateV1"]["events.v0"] == {"rowId": 0}


@pytest.mark.parametrize("bookmark", [{"id": 3}, {}, {"partitions": [{"context": {"a": 1}, "id": 2}]}, {"xmin": 1, "version": 2, "lsn": 3}])
def test_bookmarks_come_back(bookmark):
    value = {"bookmarks": {"events": bookmark}, "version": 7, "currently_syncing": "events"}
    _, state, _ = capture("echo", *EVENTS, states=[value])
    assert state["bindingStateV1"]["events.v0"]["bookmark"] == bookmark
    documents, _, _ = capture("echo", *EVENTS, state=state)
    assert given(documents) == {"bookmarks": {"events": bookmark}, "version": 7}


def test_values_that_json_does_not_have():
    documents, _, _ = capture("values", *EVENTS)
    first = documents[0][1]
    assert (first["nan"], first["deep"], first["half"], first["line"]) == (None, [{"inf": None}], "\ufffd and \\ud800 \U0001f600", "a\u2028b")
    assert documents[1][1]["text"] == "gr\u00f6\u00dfe"


def exact_numbers(numbers, state="{}"):
    """What becomes of numbers, as text: in the documents, in the last state, and in the state that the tap was given."""
    os.environ["RULES_ARGS"] = "digits"
    task = {"config": {**CONFIG, "numbers": " ".join(numbers)}, "bindings": EVENTS}
    with Process("rules.start") as process:
        out, _ = process.popen.communicate('{"open": {"capture": %s, "state": %s}}\n' % (json.dumps(task), state))
    answers = [json.loads(line, parse_float=str) for line in out.splitlines()]
    documents = [a["captured"]["doc"] for a in answers if "captured" in a]
    (given,) = {d["state"] for d in documents}
    return [d["n"] for d in documents], answers[-1]["checkpoint"]["state"]["updated"]["bindingStateV1"]["events.v0"].get("bookmark"), given


def test_fractions_keep_their_digits():
    kept = ["0.1234567890123456789", "-12345678901234567890.123", "1.00000000000000000001", "0.30000000000000004", "0.1"]
    found, bookmark, _ = exact_numbers(kept)
    assert found == kept
    assert bookmark == {"n": "0.1"}
    # The same number as a float would write it; one that is none for Flow either; one that a float holds as zero.
    assert exact_numbers(["1.50000000000000000000", "1e400", "1e-99999999999999999999"])[0] == ["1.5", None, "0.0"]


def test_fractions_of_a_state_come_back_with_their_digits():
    number = "0.1234567890123456789"
    _, bookmark, given = exact_numbers([number], '{"bindingStateV1": {"events.v0": {"bookmark": {"n": %s}}}}' % number)
    assert json.loads(given, parse_float=str) == {"bookmarks": {"events": {"n": number}}}
    assert bookmark == {"n": number}


def test_stdout_that_a_tap_has_wrapped_anew():
    assert ids(capture("values", *EVENTS)[0]) == [1, 2, 3]
    documents, state, _ = capture("values", *EVENTS, status=1, fails=True)
    assert ids(documents) == [1, 2, 3]
    assert state["bindingStateV1"]["events.v0"]["bookmark"] == {"id": 3}


def test_fields_are_selected_in_the_schema_too():
    documents, _, _ = capture("annotated", *bind("noted"))
    assert documents[0][1]["fields"] == ["id", "name"]
    assert "inclusion" not in json.dumps(discover("annotated"))


@pytest.mark.parametrize("tap", ["undiscovered", "overheard"])
def test_a_tap_without_discovery(tap):
    found = discover(tap)
    assert [b["key"] for b in found.values()] == [["/id"], ["/_meta/row_id"]]
    assert found["rates"]["documentSchema"]["properties"]["id"] == {"type": "integer"}
    bindings = [{"resourceConfig": b["resourceConfig"], "stateKey": f"{name}.v0"} for name, b in found.items()]
    (answer,), _ = ask(tap, {"validate": {"config": CONFIG, "bindings": bindings}})
    assert answer["validated"]["bindings"] == [{"resourcePath": ["rates"]}, {"resourcePath": ["rows"]}]
    documents, state, _ = capture(tap, *bindings)
    assert ids(documents) == [1, 2, 3, 1, 2, 3]
    assert state["connkit"] == {"singerOpaque": {"next": 4}}
    state["connkit"]["singerOpaque"]["next"] = 3
    documents, _, _ = capture(tap, *bindings, state=state)
    assert [(d["id"], d["_meta"]["row_id"]) for _, d in documents] == [(3, 3), (3, 3)]


def test_an_empty_state_is_none():
    _, state, _ = capture("echo", *EVENTS, states=[{}])
    assert state["connkit"] == {"singerRest": {}}


def test_a_state_replaces_the_one_before():
    states = [{"bookmarks": {"events": {"a": 1}}, "x": 1}, {"bookmarks": {"events": {"b": 2}}}]
    _, state, _ = capture("echo", *EVENTS, states=states)
    assert state["bindingStateV1"]["events.v0"]["bookmark"] == {"b": 2}
    assert state["connkit"] == {"singerRest": {}}


def test_a_backfill_resets_its_stream_alone():
    value = {"bookmarks": {"events": {"id": 1}, "forced": {"id": 2}}}
    _, state, _ = capture("echo", *bind("events", "forced"), states=[value])
    documents, _, _ = capture("echo", *EVENTS, *bind("forced", backfill=1), state=state)
    assert given(documents) == {"bookmarks": {"events": {"id": 1}}}


def test_a_state_of_no_convention_is_kept_whole():
    _, state, _ = capture("echo", *EVENTS, states=[{"bookmarks": {"events": {"id": 1}}}, ["any", 1]])
    assert state["connkit"] == {"singerOpaque": ["any", 1]}
    documents, _, _ = capture("echo", *EVENTS, state=state)
    assert given(documents) == ["any", 1]


def test_no_state_at_all_still_ends_with_a_checkpoint():
    documents, state, _ = capture("echo", *EVENTS)
    assert given(documents) is None
    assert state["bindingStateV1"]["events.v0"] == {"rowId": 1}


def test_full_tables_go_on_where_they_were_cut_off_and_begin_anew_after_a_clean_end():
    rows = bind("rows")
    _, state, log = capture("interrupted", *rows, status=1, fail_at=2)
    assert "exit status 2" in last_error(log)
    documents, state, _ = capture("interrupted", *rows, state=state)
    assert [(d["id"], d["_meta"]["row_id"]) for _, d in documents] == [(2, 2), (3, 3)]
    assert state == {"bindingStateV1": {"rows.v0": {"rowId": 0}}, "connkit": {"singerRest": {}}}
    documents, _, _ = capture("interrupted", *rows, state=state)
    assert [(d["id"], d["_meta"]["row_id"]) for _, d in documents] == [(0, 0), (1, 1), (2, 2), (3, 3)]


def test_messages_in_any_form():
    documents, _, log = capture("odd", *bind("events", "public-t"))
    assert [(name, d["id"]) for name, d in documents] == [
        ("events", 1),
        ("events", 2),
        ("public-t", 4),
        ("events", 5),
        ("events", 6),
        ("events", 7),
    ]
    assert log.count("messages of type NEWS are left out") == 1
    assert log.count("stream unbound are left out") == 1
    assert "no message at all" in log
    assert "from a child" in log


def test_batches():
    assert ids(capture("batches", *EVENTS)[0]) == [1, 2, 1, 2]
    _, _, log = capture("batches", *EVENTS, status=1, format="parquet")
    assert "parquet" in last_error(log)


def test_a_config_that_the_tap_rewrites():
    _, _, log = capture("rewrites", *EVENTS)
    assert "written new values into its config" in log
    assert "fresh-t0ken" not in log


@pytest.mark.parametrize(("tap", "words"), [("leaks", "refused ***"), ("raises", "ValueError: bad answer for ***")])
def test_failures(tap, words):
    documents, _, log = capture(tap, *EVENTS, status=1)
    assert documents == []  # no checkpoint
    assert words in last_error(log)
    assert CONFIG["token"] not in log


def test_children_are_ended_by_sigterm_itself():
    documents, _, _ = capture("forks", *EVENTS)
    assert ids(documents) == [signal.SIGTERM]


def test_text_logs_become_json():
    _, _, log = capture("leaks", *EVENTS, status=1)
    levels = [json.loads(line)["level"] for line in log.splitlines()]
    assert "warn" in levels
    assert "error" in levels


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "token is missing"),
        ({"token": 12345}, "token: it must be of type string"),
        ({"token": "x", "size": "l4rge"}, "size: it must be of type integer"),
    ],
)
def test_a_config_is_checked_and_not_shown(config, words):
    for request in ({"validate": {"config": config, "bindings": []}}, {"discover": {"config": config}}):
        _, log = ask("echo", request, 1)
        assert words in last_error(log)
        assert "12345" not in log
        assert "l4rge" not in log


def test_settings_of_a_tap_that_cannot_tell_them():
    (answer,), _ = ask("classic", {"spec": {}})
    schema = answer["spec"]["configSchema"]
    assert schema["required"] == ["start_date", "api_token"]
    assert schema["properties"]["api_token"]["secret"] is True
    assert "secret" not in schema["properties"]["start_date"]


def test_settings_of_a_tap_on_the_sdk():
    if not ON_SDK:  # there is none to ask
        assert os.environ["RULES_SDK"].startswith("python-")
        return
    (answer,), _ = ask("sdk", {"spec": {}})
    schema = answer["spec"]["configSchema"]
    assert schema["properties"]["api_token"]["secret"] is True
    assert discover("sdk", {"api_token": "a-token"})["rows"]["key"] == ["/id"]
    assert ids(capture("sdk", *bind("rows"), api_token="a-token")[0]) == [1]
    _, log = ask("sdk-target", {"spec": {}}, 1)
    assert last_error(log) == "this is no Singer tap: its command has no --discover"
