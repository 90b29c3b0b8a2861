"""Things worth saying about a load that refuse nothing."""

from collections import Counter


class Notes:
    """Things worth saying that refuse nothing, counted by kind with one example."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, str] = {}
        self._plain: dict[str, None] = {}

    def count(self, kind: str, example: str) -> None:
        """One more distinct value of a kind."""
        self._counts[kind] += 1
        self._examples.setdefault(kind, example)

    def say(self, sentence: str) -> None:
        """A sentence, once."""
        self._plain[sentence] = None

    def sentences(self) -> list[str]:
        """All notes as Chinese sentences."""
        counted = [
            f"{kind}：{count} 种取值，例如“{self._examples[kind]}”" for kind, count in self._counts.items()
        ]
        return [*self._plain, *counted]
