"""The task that the tests run: every resource of the API at a base URL."""

import functools

from . import driver
from .driver import Json, Session

TOKEN = "good-token"


def config(base_url: str, token: str = TOKEN) -> Json:
    return {"base_url": base_url, "credentials": {"access_token": token}}


@functools.cache
def discover(base_url: str) -> list[Json]:
    return driver.discover(config(base_url))


def bind(base_url: str) -> list[Json]:
    bindings = driver.bind(discover(base_url))
    for binding in bindings:
        binding["resourceConfig"] = {**binding["resourceConfig"], "interval": "PT1S"}
    return bindings


def capture(base_url: str, state: Json | None = None) -> Session:
    return Session(config(base_url), bind(base_url), state)
