# mypy: disable-error-code="override"
"""A small Airbyte source that makes its own records, to be replaced by a real one."""

import logging
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from airbyte_cdk.models import ConnectorSpecification, SyncMode
from airbyte_cdk.sources import AbstractSource
from airbyte_cdk.sources.streams import CheckpointMixin, Stream

ORDERS = 250


class Orders(Stream, CheckpointMixin):
    """An incremental stream: what is newer than the cursor comes, with a state every 50 records."""

    name = "orders"
    primary_key = "id"
    cursor_field = "id"
    state_checkpoint_interval = 50

    def __init__(self) -> None:
        self._state: MutableMapping[str, Any] = {}

    @property
    def state(self) -> MutableMapping[str, Any]:
        return self._state

    @state.setter
    def state(self, value: MutableMapping[str, Any]) -> None:
        self._state = value

    def get_json_schema(self) -> Mapping[str, Any]:
        return {"type": "object", "properties": {"id": {"type": "integer"}, "amount": {"type": "number"}}}

    def read_records(self, sync_mode: SyncMode, *_: Any, **__: Any) -> Iterable[Mapping[str, Any]]:
        for number in range(self._state.get("id", 0) + 1, ORDERS + 1):
            self._state = {"id": number}
            yield {"id": number, "amount": number / 4}


class Colors(Stream):
    """A full refresh stream: all of it comes each time."""

    name = "colors"
    primary_key = None

    def get_json_schema(self) -> Mapping[str, Any]:
        return {"type": "object", "properties": {"name": {"type": "string"}}}

    def read_records(self, sync_mode: SyncMode, *_: Any, **__: Any) -> Iterable[Mapping[str, Any]]:
        for name in ("cyan", "magenta", "yellow"):
            yield {"name": name}


class SourceSample(AbstractSource):
    """Two streams behind a token that any text satisfies."""

    def spec(self, logger: logging.Logger) -> ConnectorSpecification:
        return ConnectorSpecification(
            documentationUrl="https://go.estuary.dev/connectors",
            connectionSpecification={
                "type": "object",
                "title": "Sample",
                "required": ["access_token"],
                "properties": {"access_token": {"type": "string", "title": "Access token", "airbyte_secret": True}},
            },
        )

    def check_connection(self, logger: logging.Logger, config: Mapping[str, Any]) -> tuple[bool, Any]:
        return (True, None) if config["access_token"] else (False, "the access token is empty")

    def streams(self, config: Mapping[str, Any]) -> list[Stream]:
        return [Orders(), Colors()]
