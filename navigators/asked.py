"""A question as each document is asked it: in its own words, or by the glossary in those of the document's language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from navigators.facets import Ask
from navigators.glossary import Glossary, Worded
from navigators.messages import language_of_question
from navigators.statistics import TreeStatistics
from stores.records import Facet
from stores.tokens import index_terms


@dataclass(frozen=True, slots=True)
class Asked:
    """The whole question and its facets, as words to look for."""

    whole: Ask
    facets: tuple[Ask, ...]  # in the order of the facets
    missing: tuple[str, ...] = ()

    @property
    def apart(self) -> tuple[Ask, ...]:
        """The facets, where there are several."""
        return self.facets if len(self.facets) > 1 else ()


class Wordings:
    """One question in the languages of the documents it is asked of."""

    def __init__(self, question: str, facets: Sequence[Facet], glossary: Glossary) -> None:
        self.facets = tuple(facets)
        self._language = language_of_question(question)
        self._glossary = glossary
        self.own = Asked(Ask(question), tuple(Ask(f.text) for f in facets))
        self._worded: dict[str, tuple[Worded, ...]] = {}

    def foreign(self, language: str) -> bool:
        """Whether documents of this language are asked in other words than the question's."""
        return language in ("zh", "en") and language != self._language

    def for_index(self, language: str) -> Asked:
        """The question in all words that a language has for it."""
        return self._asked(language, lambda worded: worded.text) if self.foreign(language) else self.own

    def for_document(self, statistics: TreeStatistics) -> Asked:
        """The question in the words that a document uses most, of those its language has."""
        language = statistics.tree.version.language
        if not self.foreign(language):
            return self.own
        return self._asked(language, lambda worded: " ".join(_used(ways, statistics) for ways in worded.words))

    def _asked(self, language: str, text: Callable[[Worded], str]) -> Asked:
        if language not in self._worded:
            asks = (self.own.whole, *self.own.facets)
            self._worded[language] = tuple(self._glossary.into(ask.text, language) for ask in asks)
        whole, *facets = self._worded[language]
        own = self.own
        return Asked(
            Ask(text(whole), own.whole.wants, whole.known),
            tuple(Ask(text(f), asked.wants, f.known) for f, asked in zip(facets, own.facets, strict=True)),
            whole.missing,
        )


def _used(ways: Sequence[str], statistics: TreeStatistics) -> str:
    """Of several words for one thing the one a document says most often; the first where it says none."""
    return max(ways, key=lambda way: min(map(statistics.occurrences, index_terms(way)), default=0))
