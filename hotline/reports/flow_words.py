"""What is said at each step of a flow: its sentences with the keys filled in, and the facts that are known."""

import re
from collections.abc import Mapping
from typing import Any

from hotline.rules.flow import SIMPLE, Flow
from hotline.rules.flow_faults import ENTRIES, sentences_of

_FACT = re.compile(r"\{([a-z_]+)\}")


def said_at(
    flow: Flow, name: str, language: str, script: Mapping[str, Any], facts: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """The sentences of that step by name: each variant, that in simpler words too, and how a choice is read out.

    `script`: the words of that language that are not in the flow itself. A sentence that neither has is left out, and
    a fact that is not known stands as it is.
    """
    words: dict[str, Any] = {**script, **flow.prompts.get(language, {})}
    known = {**facts, **flow.keys_told(language)}
    step = flow.steps[name]
    says = [*sentences_of(step.says), *([ENTRIES[step.kind][0]] if step.kind in ENTRIES else [])]
    each = (own for sentence in says for own in (sentence, f"{sentence}{SIMPLE}"))
    return tuple((sentence, _filled(words[sentence], known)) for sentence in each if sentence in words)


def _filled(text: str, known: Mapping[str, str]) -> str:
    return _FACT.sub(lambda match: known.get(match.group(1), match.group()), text)
