"""What the words of a flow take for granted: facts that a call may not have there, keys that nobody waits for."""

from collections.abc import Iterator, Mapping

from hotline.rules.flow import RETURN, Condition, Flow, Step, StepKind, facts_named, sentences_of
from hotline.rules.sentences import SENTENCES, Channel

_SUBJECT = {"item", "date"}  # known of what is rated, once that is known
_WHERE_RATED = {Condition.RATED, Condition.BAD}


def granted(flow: Flow) -> Iterator[str]:
    """What is wrong of all this, one sentence each."""
    yield from _subjects(flow)
    for name, step in flow.steps.items():
        if "label" in _facts(flow, step) and step.when not in _WHERE_RATED:
            yield f'{name}: names label, and must say when = "rated" or "bad"'
        yield from _scripts_words(flow, name, step)


def walk(begin: tuple[str, ...], exits: Mapping[str, tuple[str, ...] | list[str]]) -> set[str]:
    """All that is reached from there."""
    seen, to_see = set[str](), [*begin]
    while to_see:
        name = to_see.pop()
        if name not in seen:
            seen.add(name)
            to_see += exits.get(name, ())
    return seen


def _subjects(flow: Flow) -> Iterator[str]:
    """Where a call may be about nothing yet, nothing is rated, and nothing said of it."""
    ways = flow.ways
    reached = walk((ways.unknown, ways.handed, flow.person, flow.exhausted), _without_subject(flow, several=False))
    reached |= walk((ways.several,), _without_subject(flow, several=True))
    for name in sorted(reached - {RETURN}):
        step = flow.steps[name]
        if step.kind is StepKind.RATE:
            yield f"{name}: it may not be known there what is rated"
        named = _facts(flow, step) & _SUBJECT if step.when not in _WHERE_RATED else set()
        yield from (f"{name}: names {fact}, and it may not be known there what is rated" for fact in sorted(named))


def _without_subject(flow: Flow, *, several: bool) -> dict[str, list[str]]:
    """The exits of a call that is still about nothing; where several services wait, one is chosen."""

    def known_behind(step: Step) -> bool:
        return step.kind in (StepKind.FIND, StepKind.CODE) or (several and step.kind is StepKind.WHICH)

    exits = dict[str, list[str]]()
    for name, step in flow.steps.items():
        passed = step.otherwise or step.then
        if step.when in _WHERE_RATED:
            exits[name] = [passed] if passed else []
        elif known_behind(step):
            exits[name] = [to for to in (step.otherwise, step.given_up, *(one.then for one in step.choices)) if to]
        else:
            exits[name] = [*step.exits]
    return exits


def _scripts_words(flow: Flow, name: str, step: Step) -> Iterator[str]:
    """The script's question goes with its keys, and what is for agents is not said to citizens."""
    own = {sentence for prompts in flow.prompts.values() for sentence in prompts}
    script = {name: one for name, one in SENTENCES[Channel.PHONE].items() if name not in own}
    said = {sentence: script[sentence] for sentence in sentences_of(step.says) if sentence in script}
    asks = any(sentence.states_scale for sentence in said.values())
    if asks != (step.kind is StepKind.RATE):
        yield f"{name}: says the keys of a rating, and takes none" if asks else f"{name}: does not say the keys: ask"
    yield from (f"{name}: {sentence} is said to agents" for sentence, one in said.items() if one.to_agent)


def _facts(flow: Flow, step: Step) -> set[str]:
    """What the words of a step may name, in any language."""
    facts = set[str]()
    for sentence in sentences_of(step.says):
        own = [prompts[sentence] for prompts in flow.prompts.values() if sentence in prompts]
        facts |= {fact for text in own for fact in facts_named(text)}
        if not own and sentence in SENTENCES[Channel.PHONE]:
            facts |= SENTENCES[Channel.PHONE][sentence].facts
    return facts
