"""A delivery that hangs or breaks, on its thread."""

import threading

import pytest

from desk.runtime.notifier import Message, NotSent
from desk.runtime.posting import ThreadedPost

WITHIN_S = 30


def message(title: str) -> Message:
    return Message(title, "body", None)


async def test_while_one_delivery_hangs_no_other_is_begun() -> None:
    answers, taken = threading.Event(), list[str]()
    delivered = threading.Event()

    def deliver(one: Message) -> None:
        answers.wait(WITHIN_S)
        taken.append(one.title)
        delivered.set()

    post = ThreadedPost(deliver, within_s=0.05)
    with pytest.raises(NotSent, match=r"no answer within 0\.05 s"):
        await post(message("first"))
    for _ in range(3):
        with pytest.raises(NotSent, match="still hangs"):
            await post(message("second"))
    answers.set()
    assert delivered.wait(WITHIN_S)
    post.close()
    assert taken == ["first"]


async def test_a_fault_of_a_service_names_no_address() -> None:
    def deliver(_: Message) -> None:
        raise ConnectionError("https://canary@example.org refused")

    post = ThreadedPost(deliver, WITHIN_S)
    with pytest.raises(NotSent) as failure:
        await post(message("first"))
    assert str(failure.value) == "ConnectionError"
    post.close()


async def test_what_is_dropped_from_another_thread_is_delivered_too() -> None:
    delivered = threading.Event()
    post = ThreadedPost(lambda _: delivered.set(), WITHIN_S)
    dropping = threading.Thread(target=post.drop, args=(message("blocked"),))
    dropping.start()
    assert delivered.wait(WITHIN_S)
    dropping.join()
    post.close()
