"""Sentences made by us for training: negation, contrast, understatement, irony, emoji, and plain statements of fact.

Reviews are long and seldom neutral. These short sentences are put together from lists of words (``phrases_english``,
``phrases_chinese``), and none of them is one of the sentences that the networks are probed with, nor nearly one.
"""

import random
import re
from types import ModuleType

from models.tokens import words_of
from training import phrases_chinese, phrases_english
from training.data.reviews import key
from training.probe import PROBES

NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2
LANGUAGES = (phrases_english, phrases_chinese)

SLOT = re.compile(r"\{(\w+)\}")
# How often each kind of sentence comes; kinds that a class lacks count for the others.
SHARES = {
    "plain": 5,
    "negation": 6,
    "contrast": 4,
    "understatement": 4,
    "irony": 1,
    "facts": 5,
    "deeds": 3,
    "lukewarm": 2,
}
WITH_EMOJI = 1 / 8
FACTS_WITH_EMOJI = 0.06
# Every so many sentences one is nothing but one to three emoji.
EMOJI_EVERY = 50

PRAISING_EMOJI = tuple("😀😄😊😍🥰😘👍👏🎉❤💖😋🤩💯🌹✨🙌😁🥳♥")
BLAMING_EMOJI = tuple("😡😠👎💔😞😤🤮🤢😢😭😒🙄😩😫💩🤬😖😑😣☹")


def make_phrases(count: int, seed: int) -> list[tuple[str, int]]:
    """Return ``count`` made sentences with their class (0 negative, 1 neutral, 2 positive), about half of them Chinese.

    A third each. Some opinions carry an emoji, some are a statement of fact to which only the emoji gives an opinion,
    and some are emoji alone. The sentences of the probe, and what differs from one of them by a word, are never among
    them.
    """
    chance, of_emoji = random.Random(seed), random.Random(seed + 1)
    probed = {key(probe.text) for probe in PROBES}
    near = near_probes()
    made: dict[str, int] = {}
    while len(made) < count:
        if len(made) % EMOJI_EVERY == EMOJI_EVERY - 1:
            label, sentence = _emoji_alone(of_emoji)
        else:
            label = chance.choice((NEGATIVE, NEUTRAL, POSITIVE))
            sentence = _sentence(label, chance)
        if key(sentence) not in probed and near.isdisjoint(with_gaps(sentence)):
            made[sentence] = label
    return list(made.items())


def near_probes() -> set[tuple[str, ...]]:
    """Return the probe sentences and what is left of each when a word is taken out."""
    return set().union(*(with_gaps(probe.text) for probe in PROBES))


def with_gaps(text: str) -> set[tuple[str, ...]]:
    """Return the words of a text, without punctuation, whole and with one or two neighbours taken out in turn.

    Two texts of which one comes from the other by adding, leaving out or changing a word (of two Chinese characters
    at most) have one of these in common.
    """
    words = tuple(word for word in words_of(text) if any(map(str.isalnum, word)))
    cut = {words[:start] + words[start + size :] for size in (1, 2) for start in range(len(words) + 1 - size)}
    return ({words} | cut) - {()}


def _emoji_alone(chance: random.Random) -> tuple[int, str]:
    label, emoji = chance.choice(((NEGATIVE, BLAMING_EMOJI), (POSITIVE, PRAISING_EMOJI)))
    return label, "".join(chance.choices(emoji, k=chance.randint(1, 3)))


def _sentence(label: int, chance: random.Random) -> str:
    language = chance.choice(LANGUAGES)
    if label == NEUTRAL:
        return _filled(language, language.NEUTRAL, chance)
    emoji = chance.choice(PRAISING_EMOJI if label == POSITIVE else BLAMING_EMOJI)
    if chance.random() < FACTS_WITH_EMOJI:
        facts = {"facts": language.NEUTRAL["facts"]}
        return _filled(language, facts, chance).rstrip(".。?") + emoji
    templates = language.POSITIVE if label == POSITIVE else language.NEGATIVE
    return _filled(language, templates, chance) + (emoji if chance.random() < WITH_EMOJI else "")


def _filled(language: ModuleType, templates: dict[str, tuple[str, ...]], chance: random.Random) -> str:
    """Return one sentence of one of the kinds, all of whose slots are filled with words of one domain."""
    kind = chance.choices(list(templates), [SHARES[kind] for kind in templates])[0]
    domain = language.DOMAINS[chance.choice(list(language.DOMAINS))]
    praise = domain["p"] + language.PRAISE
    blame = domain["n"] + language.BLAME
    slots = language.SLOTS | language.NEUTRAL_SLOTS | {"thing": domain["thing"], "p": praise, "n": blame}
    text = chance.choice(templates[kind])
    while SLOT.search(text):
        text = SLOT.sub(lambda slot: chance.choice(slots[slot[1]]), text)
    return text[0].upper() + text[1:]
