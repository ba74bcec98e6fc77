"""Each rule of the shim with a source of its own."""

import json
import os

import pytest

from tests.driver import Process, merge

OLD = os.environ["RULES_SDK"] == "cdk-0.52"
CONFIG = {"token": "top-s3cret", "auth": {"key": "k3y-inside"}}


class Run(Process):
    """A command of a scripted source."""

    def __init__(self, source, *args, **env):
        os.environ["RULES_ARGS"] = " ".join([source, *args])
        super().__init__("rules.start", **env)


def ask(source, request, status=0, *args):
    with Run(source, *args) as process:
        process.send(request)
        out, _ = process.popen.communicate()
        process.stderr.seek(0)
        log = process.stderr.read()
        assert process.popen.returncode == status, log
        return [json.loads(line) for line in out.splitlines()], log


def discover(source):
    answers, _ = ask(source, {"discover": {"config": CONFIG}})
    return answers[0]["discovered"]["bindings"]


def bind(found, backfill=0):
    def key(b):
        return "/".join(filter(None, (b["resourceConfig"].get("namespace"), b["resourceConfig"]["stream"])))

    return [{"resourceConfig": b["resourceConfig"], "stateKey": f"{key(b)}.v{backfill}"} for b in found]


def capture(source, state=None, status=0, bindings=None, **config):
    """Documents with their binding's stream, the state, and the log."""
    bindings = bindings or bind(discover(source))
    task = {"capture": {"config": {**CONFIG, **config}, "bindings": bindings}, "state": state or {}}
    answers, log = ask(source, {"open": task}, status)
    assert answers[0] == {"opened": {"explicitAcknowledgements": False}}
    documents, stored, pending = [], state or {}, []
    for answer in answers[1:]:
        if "captured" in answer:
            name = bindings[answer["captured"]["binding"]]["stateKey"]
            pending.append((name, answer["captured"]["doc"]))
        else:
            new = answer["checkpoint"]["state"]
            stored = merge(stored if new["mergePatch"] else {}, new["updated"])
            documents += pending
            pending = []
    if status == 0:
        assert not pending, "documents without a checkpoint behind them"
    return documents, stored, log


def last_error(log):
    line = json.loads(log.splitlines()[-1])
    assert line["level"] == "error"
    return line["msg"]


@pytest.mark.parametrize("source", ["TakesState", "MayTakeState"])
def test_the_constructor_gets_what_it_names(source):
    documents, state, _ = capture(source)
    assert json.loads(documents[0][1]["given"])["catalog"] is True
    documents, _, _ = capture(source, state)
    given = json.loads(documents[0][1]["given"])
    assert given["config"]["token"] == CONFIG["token"]
    assert '"id": 1' in json.dumps(given["state"])


def test_spec_and_oauth2():
    (answer,), _ = ask("TakesState", {"spec": {}})
    spec = answer["spec"]
    assert spec["configSchema"]["properties"]["token"]["secret"] is True
    assert spec["configSchema"]["properties"]["auth"]["oneOf"][0]["properties"]["key"]["secret"] is True
    assert "oauth2" not in spec
    (answer,), _ = ask("Base", {"spec": {}}, 0, "oauth2")
    assert answer["spec"]["oauth2"] == {"provider": "x"}


@pytest.mark.parametrize("source", ["makes", "launches", "launches_from_the_top"])
def test_a_function_makes_or_launches_the_source(source):
    assert discover(source)[0]["recommendedName"] == "events"


def test_a_function_answers_a_command_by_itself():
    (answer,), _ = ask("answers_by_itself", {"spec": {}})
    assert answer["spec"]["configSchema"]["properties"]["token"]["secret"] is True
    (answer,), log = ask("answers_by_itself", {"discover": {"config": CONFIG}})
    assert [b["recommendedName"] for b in answer["discovered"]["bindings"]] == ["events"]
    assert json.loads(log.splitlines()[0])["msg"] == "an old account"
    _, log = ask("answers_by_itself", {"validate": {"config": CONFIG, "bindings": []}}, 1)
    assert last_error(log) == "this account is closed"


def test_a_destination_is_refused():
    _, log = ask("destination", {"spec": {}}, 1)
    assert last_error(log) == "this is an Airbyte destination: a capture wraps a source"


@pytest.mark.parametrize("source", ["OddValues", "answers_by_itself"])
def test_no_character_splits_a_record(source):
    documents, _, _ = capture(source)
    assert [d["text"] for _, d in documents] == ["a\u2028b", "c\x85d", "e\u2029f"]


def test_a_migration_rewrites_the_config_and_tells_nobody():
    documents, _, log = capture("launches")
    assert documents[0][1]["config"]["migrated"] is True
    assert CONFIG["token"] not in log
    assert "has changed its configuration" in log


def test_stream_states_belong_to_their_binding():
    lines = [{"type": "STREAM", "stream": {"stream_descriptor": {"name": n}, "stream_state": {"id": i}}} for i, n in enumerate(["events", "users"], 1)]
    _, state, _ = capture("SaysState", states=lines)
    assert state["bindingStateV1"]["users.v0"]["state"]["stream"]["stream_state"] == {"id": 2}
    documents, _, _ = capture("SaysState", state, states=[])
    assert [s["stream"]["stream_state"] for s in json.loads(documents[0][1]["state"])] == [{"id": 1}, {"id": 2}]
    backfilled = bind(discover("SaysState"))
    backfilled[1]["stateKey"] = "users.v1"
    documents, _, _ = capture("SaysState", state, bindings=backfilled, states=[])
    assert [s["stream"]["stream_state"] for s in json.loads(documents[0][1]["state"])] == [{"id": 1}]


def test_global_and_legacy_states_come_back():
    if not OLD:  # newer CDKs refuse them by themselves
        refused = [{"type": "LEGACY", "data": {"events": {"id": 1}}}]
        _, _, log = capture("SaysState", status=1, states=refused)
        assert "state" in last_error(log).lower()
        return
    streams = [{"stream_descriptor": {"name": "events"}, "stream_state": {"id": 7}}]
    _, state, _ = capture("SaysState", states=[{"type": "GLOBAL", "global": {"shared_state": {"lsn": 5}, "stream_states": streams}}])
    assert state["connkit"] == {"global": {"lsn": 5}}
    documents, _, _ = capture("SaysState", state, states=[])
    given = json.loads(documents[0][1]["state"])
    found = given[0].get("global") or given[0]["global_"]
    assert found["shared_state"] == {"lsn": 5}
    assert found["stream_states"][0]["stream_state"] == {"id": 7}
    _, state, _ = capture("SaysState", states=[{"data": {"events": {"id": 1}, "other": 2}}])
    assert state["bindingStateV1"]["events.v0"]["legacy"] == {"id": 1}
    documents, _, _ = capture("SaysState", state, states=[])
    assert {"events": {"id": 1}, "other": 2} == legacy(json.loads(documents[0][1]["state"]))


def legacy(given):
    return given[0]["data"] if isinstance(given, list) else given


def test_no_state_at_all_still_ends_with_a_checkpoint():
    documents, state, _ = capture("SaysState", states=[])
    assert len(documents) == 1
    assert state["bindingStateV1"]["events.v0"] == {"rowId": 1}


def test_full_refresh_begins_anew_after_a_clean_end():
    documents, state, _ = capture("Sweeps")
    assert [d["_meta"]["row_id"] for name, d in documents if name == "resumes.v0"] == [0, 1, 2, 3]
    assert state["bindingStateV1"] == {"marks.v0": {"rowId": 0}, "resumes.v0": {"rowId": 0}}
    documents, _, _ = capture("Sweeps", state)
    assert [d["_meta"]["row_id"] for name, d in documents if name == "resumes.v0"] == [0, 1, 2, 3]


def test_a_sweep_that_was_cut_off_goes_on_where_it_can():
    documents, state, log = capture("Sweeps", status=1, fail_at=2)
    assert "cut off" in last_error(log)
    documents, _, _ = capture("Sweeps", state)
    assert [(d["id"], d["_meta"]["row_id"]) for name, d in documents if name == "resumes.v0"] == [(2, 2), (3, 3)]
    assert [d["_meta"]["row_id"] for name, d in documents if name == "marks.v0"] == [0, 1, 2]


def test_namespaces():
    found = discover("Namespaces")
    assert [b["recommendedName"] for b in found] == ["one/a", "two/a", "lonely", "bare"]
    documents, _, log = capture("Namespaces")
    assert [(name, d["id"]) for name, d in documents] == [("one/a.v0", 1), ("two/a.v0", 2), ("one/lonely.v0", 3), ("bare.v0", 4)]
    assert log.count("stream unbound are left out") == 1


def test_the_catalog_keeps_the_order_of_discovery():
    documents, _, _ = capture("Order", bindings=bind(discover("Order"))[::-1])
    assert documents[0][1]["order"] == ["parent", "child"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Traces", "the quota is used up"),
        ("TracesOnly", "the quota is used up"),
        ("Traced", "ask for access first"),
        ("Silent", "ValueError"),
    ],
)
def test_the_sources_own_error_is_the_last_word(source, words):
    documents, _, log = capture(source, status=1)
    assert documents == []  # no checkpoint
    assert words in last_error(log)


def test_secrets_are_in_no_log():
    _, _, log = capture("Leaks", status=1)
    assert "refused *** and ***" in last_error(log)
    for secret in (CONFIG["token"], CONFIG["auth"]["key"]):
        assert secret not in log


def test_only_the_protocol_is_on_stdout_and_stdin_is_not_the_sources():
    documents, _, log = capture("Noisy")
    assert len(documents) == 1
    for text in ("from a child", "from the descriptor", "stdin holds ''"):
        assert text in log


def test_threads_do_not_keep_an_ended_session_alive():
    assert len(capture("Threads")[0]) == 1


def test_sigterm_ends_a_session_at_once():
    bindings = bind(discover("Waits"))
    with Run("Waits") as process:
        process.send({"open": {"capture": {"config": CONFIG, "bindings": bindings}, "state": {}}})
        kinds = [next(iter(process.receive())) for _ in range(3)]
        assert kinds == ["opened", "captured", "checkpoint"]
        process.popen.terminate()
        assert process.popen.wait() == 143
        process.stderr.seek(0)
        assert CONFIG["token"] not in process.stderr.read()


def test_a_failing_check_fails_validate_and_not_discover():
    assert len(discover("FailsCheck")) == 1
    _, log = ask("FailsCheck", {"validate": {"config": CONFIG, "bindings": []}}, 1)
    assert last_error(log) == "no such account"


@pytest.mark.parametrize("level", ["trace", "debug", "warn"])
def test_log_levels_of_flow(level):
    with Run("Base", LOG_LEVEL=level) as process:
        process.send({"spec": {}})
        assert "spec" in process.receive()
        assert process.end()[0] == 0


def test_requests_that_are_none():
    with Run("Base") as process:
        process.popen.stdin.write("not JSON\n")
        assert process.end() == (1, "")
        assert "not JSON" in process.logs()[-1]["msg"]
    _, log = ask("Base", {"nonsense": {}}, 1)
    assert "knows no request nonsense" in last_error(log)


def test_several_unary_requests_on_one_stdin():
    with Run("Base") as process:
        for _ in range(2):
            process.send({"spec": {}})
            assert "spec" in process.receive()
            process.send({"apply": {}})
            assert process.receive() == {"applied": {}}
        assert process.end() == (0, "")
