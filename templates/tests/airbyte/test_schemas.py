"""What becomes of schemas: each rule by an example."""

import pytest

from source_rules.flow import schemas


@pytest.mark.parametrize(
    ("given", "want"),
    [
        ({"type": "string", "airbyte_type": "x", "format": "date-time"}, {"type": "string"}),
        ({"type": ["null", "integer"], "minimum": 1, "enum": [1], "default": 3}, {"type": ["null", "integer"]}),
        ({"id": {"type": "string"}, "name": {"type": "string"}}, {}),  # properties where keywords belong
        ({"xml": {}, "additional_properties": True, "x-note": 1}, {"x-note": 1}),
        ({"type": "number", "maximum": 5, "exclusiveMaximum": True}, {"type": "number"}),
        ({"type": "array", "items": {"format": "int32"}}, {"type": "array", "items": {}}),
        ({"type": "array", "items": [{"format": "int32"}]}, {"type": "array", "prefixItems": [{}]}),
        ({"anyOf": ["null", {"type": "string", "pattern": "x"}]}, {"anyOf": [{"type": "string"}]}),
        ({"$ref": "#/definitions/a", "definitions": {"a": {"format": "x"}}}, {"$ref": "#/definitions/a", "definitions": {"a": {}}}),
        ({"properties": {"format": {"type": "string"}, "required": {}}}, {"properties": {"format": {"type": "string"}, "required": {}}}),
    ],
)
def test_documents(given, want):
    found = schemas.document({"properties": {"field": given}}, [])
    assert found["properties"]["field"] == want


def test_documents_at_the_top():
    found = schemas.document(
        {"$schema": "x", "selected": True, "additionalProperties": False, "required": ["a"], "properties": {"a": True}}, []
    )
    assert found["type"] == "object"
    assert found["required"] == ["_meta"]
    assert found["properties"]["a"] is True
    assert found["properties"]["_meta"]["required"] == ["row_id"]
    assert set(found) == {"type", "required", "properties"}


@pytest.mark.parametrize(
    ("given", "want"),
    [
        ({"type": ["null", "string"]}, {"type": "string"}),
        ({"type": ["integer", "string"]}, {"type": ["integer", "string"]}),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, {"type": "integer"}),
        ({}, {"type": ["boolean", "integer", "string"]}),
    ],
)
def test_a_key_is_a_scalar_that_is_there(given, want):
    schema = {"properties": {"in": {"type": ["null", "object"], "properties": {"id": given}}}}
    key = schemas.key("s", [["in", "id"]], schema)
    assert key == ["/in/id"]
    found = schemas.document(schema, key)
    assert found["required"] == ["_meta", "in"]
    assert found["properties"]["in"] == {"type": "object", "required": ["id"], "properties": {"id": want}}


@pytest.mark.parametrize("kind", ["number", "object", "array"])
def test_what_cannot_be_a_key(kind):
    assert schemas.key("s", [["id"]], {"properties": {"id": {"type": kind}}}) == [schemas.ROW_ID]


def test_a_key_that_the_schema_does_not_know():
    assert schemas.key("s", [["a/b"], ["c~d"]], {}) == ["/a~1b", "/c~0d"]
    found = schemas.document({}, ["/a~1b", "/c~0d"])
    assert found["required"] == ["_meta", "a/b", "c~d"]
    assert schemas.key("s", [], {}) == [schemas.ROW_ID]


def test_a_field_named_meta():
    assert schemas.document({"properties": {"_meta": {"type": "string"}}}, [])["properties"]["_meta"]["type"] == "object"
    kept = schemas.document({"properties": {"_meta": {"type": "object", "properties": {"own": {}}}}}, [])
    assert "own" in kept["properties"]["_meta"]["properties"]


def test_configs():
    found = schemas.config(
        {
            "type": "object",
            "required": ["token"],
            "group": "x",
            "properties": {
                "token": {"type": "string", "airbyte_secret": True, "pattern": "^(?!x)", "pattern_descriptor": "x", "order": 1},
                "api_key": {"type": ["string", "null"], "minLength": 3},
                "token_url": {"type": "string", "format": "uri"},
                "max_tokens": {"type": "integer", "minimum": 1, "exclusiveMinimum": True},
                "hidden": {"type": "string", "airbyte_hidden": True, "writeOnly": True, "always_show": True},
                "maps": {"anyOf": ["null", {"type": "object"}]},
                "list": {"type": "array", "items": {"type": "object", "properties": {"password": {"type": "string"}}}},
            },
        }
    )
    p = found["properties"]
    assert found["required"] == ["token"]
    assert "group" not in found
    assert p["token"] == {"type": "string", "airbyte_secret": True, "order": 1, "secret": True}
    assert p["api_key"] == {"type": ["string", "null"], "minLength": 3, "secret": True}
    assert p["token_url"] == {"type": "string", "format": "uri"}
    assert p["max_tokens"] == {"type": "integer", "exclusiveMinimum": 1}
    assert p["hidden"] == {"type": "string", "writeOnly": True, "secret": True}
    assert p["maps"] == {"anyOf": [{"type": "object"}]}
    assert p["list"]["items"]["properties"]["password"]["secret"] is True
    config = {"token": "a", "list": [{"password": "b"}], "max_tokens": 3, "other": "c"}
    assert schemas.secrets(found, config) == ["a", "b"]


def test_violations_without_jsonschema():
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
    assert schemas._plain_violations(schema, {"a": 1}, "") == []
    assert schemas._plain_violations(schema, {}, "") == ["the config: a is missing"]
    assert schemas._plain_violations(schema, {"a": "s3cret"}, "") == ["a: it must be of type integer"]


@pytest.mark.parametrize(
    ("name", "want"), [("users", "users"), ("a b/c", "ab/c"), ("../x", "x"), ("größe", "größe"), ("//", "stream"), ("a.b-c_d", "a.b-c_d")]
)
def test_recommended_names(name, want):
    assert schemas.recommended_name(name) == want
