"""Attributes that are computed once."""

import copy
import threading
from dataclasses import dataclass, field

import pytest

from geo.once import cached_property


@dataclass(frozen=True, eq=False)
class Asked:
    name: str
    goes_on: threading.Event
    begun: threading.Event = field(default_factory=threading.Event)
    times: list[str] = field(default_factory=list)

    @cached_property
    def answer(self) -> str:
        """What is answered."""
        self.times.append(self.name)
        self.begun.set()
        assert self.goes_on.wait(20)
        return self.name.upper()


class Failing:
    tries = 0

    @cached_property
    def answer(self) -> int:
        self.tries += 1
        if self.tries == 1:
            raise ValueError("not yet")
        return self.tries


class Two:
    @cached_property
    def first(self) -> int:
        return self.second + 1

    @cached_property
    def second(self) -> int:
        return 1


def opened() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def test_it_is_computed_once_and_documented():
    asked = Asked("a", opened())
    assert [asked.answer, asked.answer] == ["A", "A"]
    assert asked.times == ["a"]
    assert Asked.answer.__doc__ == "What is answered."


def test_one_object_does_not_wait_for_another():
    slow, quick = Asked("slow", threading.Event()), Asked("quick", opened())
    thread = threading.Thread(target=lambda: slow.answer)
    thread.start()
    assert slow.begun.wait(20)
    assert quick.answer == "QUICK"  # with one lock for both it would never come
    slow.goes_on.set()
    thread.join()
    assert slow.answer == "SLOW"


def test_all_that_wait_for_the_same_get_what_one_has_computed():
    asked, got = Asked("a", threading.Event()), []
    threads = [threading.Thread(target=lambda: got.append(asked.answer)) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert asked.begun.wait(20)
    asked.goes_on.set()
    for thread in threads:
        thread.join()
    assert got == ["A"] * 8
    assert asked.times == ["a"]


def test_what_failed_is_tried_again():
    failing = Failing()
    with pytest.raises(ValueError, match="not yet"):
        _ = failing.answer
    assert failing.answer == 2


def test_one_may_read_another_and_the_object_can_be_copied():
    two = Two()
    assert two.first == 2
    assert vars(copy.deepcopy(two)) == {"first": 2, "second": 1}
