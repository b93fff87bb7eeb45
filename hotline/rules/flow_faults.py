"""What is wrong with a flow: a way without an end, a loop that a silent caller never leaves, words unlike the keys.

All of it at once, in words for whoever writes the file.
"""

import re
from collections.abc import Iterator, Mapping

from hotline.rules.flow import RETURN, Condition, Flow, Step, StepKind, Verb
from hotline.rules.level_names import FACT
from hotline.rules.reasons import REASONS
from hotline.rules.scale import Scale
from hotline.rules.script_faults import Fault
from hotline.rules.script_faults import faults as script_faults
from hotline.rules.sentences import SENTENCES, Channel
from hotline.rules.statement import strays

_NEEDED = {
    StepKind.SAY: {"then"},
    StepKind.MENU: {"given_up"},
    StepKind.RECORD: {"then"},
    StepKind.PERSON: {"then"},
    StepKind.CODE: {"then"},
    StepKind.FIND: {"then", "otherwise"},
    StepKind.END: set[str](),
}
_NEEDED_TO_HEAR = {"then", "given_up"}
_PASSED_OVER = {StepKind.LANGUAGE, StepKind.WHICH, StepKind.REASONS}
ENTRIES = {
    StepKind.LANGUAGE: ("language_entry", {"key"}),
    StepKind.WHICH: ("which_entry", {"item", "key"}),
    StepKind.REASONS: ("reason_entry", {"reason", "key"}),
}
_OWN_KEYS = {
    StepKind.RATE: "12345",
    StepKind.LANGUAGE: "123456789",
    StepKind.WHICH: "123456789",
    StepKind.REASONS: "12345678"[: max(map(len, REASONS.values()))],
    StepKind.NUMBER: "0123456789",
}
_COMMON_KEYS = frozenset("*#09")
_EVERYWHERE = frozenset({"signature", "hotline", "item", "date", "label", "seconds"})
_AT = {StepKind.WHICH: {"list"}, StepKind.REASONS: {"list"}}
_VARIANTS = {"{kind}": ("transaction", "call"), "{grade}": ("good", "bad", "no_call")}
_NOTICE = re.compile("录音|錄音|record", re.IGNORECASE)
_CARRIERS_WORD = re.compile(r"\b(?:STOP|STOPALL|UNSUBSCRIBE|CANCEL|END|QUIT|REVOKE|OPTOUT|START|HELP|INFO|TD|T|R)\b")


def faults(flow: Flow) -> list[str]:
    """All that is wrong, one sentence each; empty = it can be used."""
    if unknown := [*_unknown_steps(flow)]:
        return unknown  # nothing else can be told of a flow with holes
    found = [*_incomplete(flow), *_keys_twice(flow), *_common_keys(flow)]
    found += [*_unreachable(flow), *_endless(flow)]
    return [*found, *_words(flow), *_script_words(flow)]


def sentences_of(names: tuple[str, ...]) -> Iterator[str]:
    """The names with each variant of `{kind}` and `{grade}` written out."""
    for name in names:
        variants = next(((sign, ways) for sign, ways in _VARIANTS.items() if sign in name), None)
        yield from [name] if variants is None else [name.replace(variants[0], way) for way in variants[1]]


def begins(flow: Flow) -> tuple[str, ...]:
    """Every step at which a call, or a key that works everywhere, comes in."""
    return (*flow.ways.model_dump().values(), flow.person, flow.exhausted)


def _unknown_steps(flow: Flow) -> Iterator[str]:
    for name, step in flow.steps.items():
        yield from (f"{name}: leads to {to}, which is no step" for to in step.exits if to not in {*flow.steps, RETURN})
    yield from (f"ways: {to} is no step" for to in begins(flow) if to not in flow.steps)


def _incomplete(flow: Flow) -> Iterator[str]:
    for name, step in flow.steps.items():
        needed = {*_NEEDED.get(step.kind, _NEEDED_TO_HEAR)}
        needed |= {"otherwise"} if step.when and step.kind is StepKind.END else set()
        needed |= {"given_up"} if step.most is not None else set()
        yield from (f"{name}: has no {need}" for need in sorted(needed) if getattr(step, need) is None)
        if step.kind is StepKind.MENU and not step.choices:
            yield f"{name}: a menu without a choice"
        if step.choices and not step.hears:
            yield f"{name}: has choices, and does not listen"
        if step.says and step.kind is StepKind.CODE:
            yield f"{name}: nobody is there to be spoken to while a code is keyed in"
        if step.kind is StepKind.FIND and step.when is not Condition.FOUND:
            yield f'{name}: must say when = "found"'
    if flow.steps[flow.person].kind not in (StepKind.PERSON, StepKind.SAY):
        yield f"person: {flow.person} puts nobody through and says nothing"


def _keys_twice(flow: Flow) -> Iterator[str]:
    named: dict[str, str] = {}
    for name, step in flow.steps.items():
        keys = [choice.key for choice in step.choices]
        yield from (f"{name}: key {key} is there twice" for key in sorted({key for key in keys if keys.count(key) > 1}))
        own = _OWN_KEYS.get(step.kind, "")
        yield from (f"{name}: key {key} means something else there" for key in keys if key in own)
        for choice in step.choices:
            if choice.name in _reserved(flow):
                yield f"{name}: no choice can be called {choice.name}"
            elif named.setdefault(choice.name, choice.key) != choice.key:
                yield f"{name}: {choice.name} has another key at another step"


def _reserved(flow: Flow) -> set[str]:
    return {*_EVERYWHERE, "list", "digits", "key", "reason", *(str(verb) for verb in flow.common.values())}


def _common_keys(flow: Flow) -> Iterator[str]:
    yield from (f"common: {key} cannot work everywhere" for key in flow.common if key not in _COMMON_KEYS)
    verbs = [*flow.common.values()]
    yield from (f"common: {verb} has two keys" for verb in Verb if verbs.count(verb) > 1)


def _unreachable(flow: Flow) -> Iterator[str]:
    reached = _walk(begins(flow), {name: step.exits for name, step in flow.steps.items()})
    yield from (f"{name}: nothing leads there" for name in flow.steps if name not in reached)


def _endless(flow: Flow) -> Iterator[str]:
    """Whoever says nothing must come to an end, and from everywhere there must be a way to one."""
    back_from: dict[str, list[str]] = {name: [] for name in flow.steps}
    for name, step in flow.steps.items():
        for to in step.exits:
            back_from.setdefault(to, []).append(name)
    ends = [name for name, step in flow.steps.items() if step.kind is StepKind.END]
    leads = _walk((*ends, RETURN), back_from)
    yield from (f"{name}: no way leads from there to an end" for name in flow.steps if name not in leads)
    silent = {name: [*_silent_exits(step)] for name, step in flow.steps.items()}
    yield from (f"{name}: a caller who presses nothing never leaves" for name in flow.steps if _returns(name, silent))


def _silent_exits(step: Step) -> Iterator[str]:
    passes = not step.hears or step.kind in _PASSED_OVER
    named = (step.otherwise, step.given_up, step.then if passes else None)
    yield from (to for to in named if to not in (None, RETURN))


def _walk(begin: tuple[str, ...], exits: Mapping[str, tuple[str, ...] | list[str]]) -> set[str]:
    seen, to_see = set[str](), [*begin]
    while to_see:
        name = to_see.pop()
        if name not in seen:
            seen.add(name)
            to_see += exits.get(name, ())
    return seen


def _returns(name: str, exits: Mapping[str, list[str]]) -> bool:
    return name in _walk(tuple(exits[name]), exits)


def _words(flow: Flow) -> Iterator[str]:
    used = {name for step in flow.steps.values() for name in sentences_of(step.says)} | {*flow.help}
    used |= {ENTRIES[step.kind][0] for step in flow.steps.values() if step.kind in ENTRIES}
    first = {*flow.prompts[flow.languages[0]]}
    script = {name for name, sentence in SENTENCES[Channel.PHONE].items() if not sentence.part}
    yield from (f"prompts: {name} has no words" for name in sorted(used - first - script))
    for language, prompts in flow.prompts.items():
        yield from (f"prompts.{language}: {name} is missing" for name in sorted(first - {*prompts}))
        yield from (f"prompts.{language}: {name} is said nowhere" for name in sorted({*prompts} - used))
        for name, text in prompts.items():
            yield from _bad_text(f"prompts.{language}.{name}", text)
        yield from _facts(flow, language, prompts)


def _script_words(flow: Flow) -> Iterator[str]:
    """Of a language that the script has not: all that a citizen hears, in one direction of the keys."""
    yield from (f"words.{language}: has no prompts" for language in flow.words if language not in flow.prompts)
    heard = [[*_heard_faults(flow, scale)] for scale in Scale]
    yield from (f"words.{fault}" for fault in min(heard, key=len))


def _heard_faults(flow: Flow, scale: Scale) -> Iterator[Fault]:
    for fault in script_faults(Channel.PHONE, scale, flow.words):
        sentence = SENTENCES[Channel.PHONE].get(fault.sentence)
        if sentence is None or not sentence.to_agent:
            yield fault


def _bad_text(where: str, text: str) -> Iterator[str]:
    rest = FACT.sub("", text.replace("_", ""))
    if not text.strip() or "{" in FACT.sub("", re.sub(r"\{([a-z]+_[a-z_]+)\}", "", text)):
        yield f"{where}: is empty, or has a brace that is no fact"
    if found := {stray for scale in Scale for stray in strays(_plain_facts(text), scale)}:
        yield f"{where}: holds what may be taken for a key or a level: {'、'.join(sorted(found))}"
    if word := _CARRIERS_WORD.search(rest):
        yield f"{where}: {word.group()} is a word that carriers take for themselves"


def _plain_facts(text: str) -> str:
    """Names of choices are facts like any other while the text is looked at."""
    return re.sub(r"\{([a-z_]+)\}", lambda match: match.group() if match.group(1) == "label" else "{item}", text)


def _facts(flow: Flow, language: str, prompts: Mapping[str, str]) -> Iterator[str]:
    """Each step's words name each key it has, and none that it has not."""
    common = {str(verb) for verb in flow.common.values()}
    for name, step in flow.steps.items():
        choices = {choice.name for choice in step.choices}
        digits = {"digits"} if any(flow.steps[n].then == name for n in _numbers(flow)) else set()
        may = _EVERYWHERE | choices | common | _AT.get(step.kind, set()) | digits
        own = [prompts[sentence] for sentence in sentences_of(step.says) if sentence in prompts]
        said = {fact for text in own for fact in _facts_of(text)}
        yield from (f"{name}: {language} does not say the key of {fact}" for fact in sorted(choices - said))
        yield from (f"{name}: {language} names {fact}, which is not there" for fact in sorted(said - may))
        if step.kind in _AT and "list" not in said:
            yield f"{name}: {language} does not say the list"
        if step.kind is StepKind.RECORD and not any(_NOTICE.search(text) for text in own):
            yield f"{name}: {language} does not say that it records"
        if step.kind in ENTRIES:
            entry, needs = ENTRIES[step.kind]
            if entry in prompts and {*_facts_of(prompts[entry])} != needs:
                yield f"prompts.{language}.{entry}: must name {' and '.join(sorted(needs))}, and nothing else"
    told = {fact for name in flow.help for fact in _facts_of(prompts.get(name, ""))}
    yield from (f"help: {language} does not say the key of {verb}" for verb in sorted(common - told))


def _numbers(flow: Flow) -> list[str]:
    return [name for name, step in flow.steps.items() if step.kind is StepKind.NUMBER]


def _facts_of(text: str) -> list[str]:
    return re.findall(r"\{([a-z_]+)\}", text)
