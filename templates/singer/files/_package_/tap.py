"""A small Singer tap that makes its own records, to be replaced by a real one."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from singer_sdk import Stream, Tap
from singer_sdk import typing as th

ORDERS = 250


class Orders(Stream):
    """An incremental stream: what is newer than the bookmark comes."""

    name = "orders"
    primary_keys = ("id",)
    replication_key = "id"
    is_sorted = True  # so that a bookmark is kept on the way, and not only at the end
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("id", th.IntegerType), th.Property("amount", th.NumberType)
    ).to_dict()
    STATE_MSG_FREQUENCY = 50

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:
        start = self.get_starting_replication_key_value(context) or 0
        for number in range(start + 1, ORDERS + 1):
            yield {"id": number, "amount": number / 4}


class Colors(Stream):
    """A full table stream: all of it comes each time."""

    name = "colors"
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(th.Property("name", th.StringType)).to_dict()

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:
        for name in ("cyan", "magenta", "yellow"):
            yield {"name": name}


class TapSample(Tap):
    """Two streams behind a token that any text satisfies."""

    name = "tap-sample"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("access_token", th.StringType, required=True, secret=True)
    ).to_dict()

    def discover_streams(self) -> list[Stream]:
        return [Orders(self), Colors(self)]
