"""Validate: a task that cannot be right is refused, with what is wrong."""

import pytest

from .driver import Json, Process, call, failure
from .task import TRANSFORMS, collection, open_request, transform, validate


def test_validate() -> None:
    validated = call(validate(*TRANSFORMS, shuffleKeyTypes=["STRING"], projectRoot="file:///x/"))["validated"]
    assert validated == {"transforms": [{"readOnly": False}] * 2, "generatedFiles": {}}
    assert call(validate())["validated"]["transforms"] == []


WRONG: list[tuple[Json, str]] = [
    (
        transform("orders", "multiply"),
        "transform 'orders': the function 'multiply' is none of add_order, take_refund",
    ),
    (
        transform("orders", "", lambdaConfig="multiply"),
        "transform 'orders': its lambda is 'multiply', and has to be an object with a function",
    ),
    (
        transform("orders", "", lambdaConfig={}),
        "transform 'orders': the function None is none of add_order, take_refund",
    ),
    (
        transform("orders", "add_order", collection=collection("users", "id", "user")),
        "transform 'orders': the schema of acmeCo/users has no /amount",
    ),
    (
        transform("orders", "add_order", shuffleLambdaConfig="x => x.user"),
        "transform 'orders': it cannot be shuffled by a lambda; name a key",
    ),
]


@pytest.mark.parametrize(("wrong", "message"), WRONG)
def test_what_is_wrong(wrong: Json, message: str) -> None:
    assert failure(validate(wrong)) == message
    # Beside a right one, and together with others.
    assert failure(validate(TRANSFORMS[1], wrong)) == message


def test_all_that_is_wrong_is_told() -> None:
    message = failure(validate(transform("a", "x"), transform("b", "y")))
    assert message.count("is none of") == 2 and "'a'" in message and "'b'" in message


def test_types_of_the_key() -> None:
    message = failure(validate(*TRANSFORMS, shuffleKeyTypes=["INTEGER", "STRING"]))
    assert message == "documents are shuffled by INTEGER, STRING, and STRING is wanted"


def test_documents_that_are_shuffled_by_another_key() -> None:
    """With several processes each would see a part of a user's documents."""
    for changes, key in (({"shuffleKey": ["/amount"]}, "/amount"), ({"shuffleKey": []}, "/id")):
        with Process() as process:
            process.send(open_request({}, None, **changes))
            assert process.end() == (1, "")
            message = process.logs()[-1]["msg"]
            assert f"transform 'orders': it is shuffled by {key}, /user is wanted" in message


def test_collections_that_are_linked() -> None:
    linked = [{key: value for key, value in t.items() if key != "collection"} for t in TRANSFORMS]
    linked[1]["collectionIndex"] = 1
    collections = [t["collection"] for t in TRANSFORMS]
    assert len(call(validate(*linked, linkedCollections=collections))["validated"]["transforms"]) == 2
    without_amount = collection("refunds", "id", "user")
    message = failure(validate(*linked, linkedCollections=[collections[0], without_amount]))
    assert message == "transform 'refunds': the schema of acmeCo/refunds has no /amount"
