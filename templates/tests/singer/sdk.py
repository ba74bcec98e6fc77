"""A tap on singer-sdk."""

from singer_sdk import Sink, Stream, Tap, Target
from singer_sdk import typing as th


class Rows(Stream):
    name = "rows"
    primary_keys = ("id",)
    schema = th.PropertiesList(th.Property("id", th.IntegerType)).to_dict()

    def get_records(self, context):
        yield {"id": 1}


class TapRules(Tap):
    name = "tap-rules"
    config_jsonschema = th.PropertiesList(
        th.Property("api_token", th.StringType, required=True),
        th.Property("page_size", th.IntegerType, required=True, default=10),
    ).to_dict()

    def discover_streams(self):
        return [Rows(self)]


class SinkRules(Sink):
    def process_record(self, record, context): ...

    def process_batch(self, context): ...


class TargetRules(Target):
    name = "target-rules"
    config_jsonschema = TapRules.config_jsonschema
    default_sink_class = SinkRules
