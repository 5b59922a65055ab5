"""Plain Python without decorators or installed packages."""

import asyncio
import statistics
from collections import Counter
from collections.abc import Iterator

_seen: list[str] = []


def word_counts(text: str, *, top: int = 3) -> dict[str, int]:
    words = (word.strip(".,!?").lower() for word in text.split())
    return dict(Counter(words).most_common(top))


def median_length(words: list[str]) -> float:
    return statistics.median(len(word) for word in words)


def chunks(text: str, size: int) -> Iterator[str]:
    for start in range(0, len(text), size):
        yield text[start : start + size]


async def slow_echo(text: str, seconds: float) -> str:
    await asyncio.sleep(seconds)
    return text


def remember(word: str) -> list[str]:
    """Keeps state in the module, as real code does."""
    _seen.append(word)
    return _seen


def parse_age(text: str) -> int:
    age = int(text)
    if age < 0:
        raise ValueError(f"an age is not negative: {age}")
    return age
