"""The sentiment tab: type a text, see whether three networks take it for praise or blame, and by which words."""

import json
import unicodedata
from collections.abc import Iterator
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from demos import endpoint, guard, link, page, panels
from demos.entries import Line
from demos.guard import _
from demos.page import Translate
from demos.plots import percent
from models import runtime, sentiment
from models.tokens import UNKNOWN_ID

NETWORKS = sentiment.NETWORKS
API = endpoint.Endpoint(
    "classify_sentiment",
    _("Judge a text in English, Chinese or both as praise or blame."),
    {
        "text": endpoint.text(sentiment.LONGEST_TEXT, _("A review, a message or any sentence.")),
        "network": endpoint.choice(NETWORKS, _("Which network judges it."), sentiment.DEFAULT_NETWORK),
    },
    {
        "label": _("positive, neutral or negative"),
        "probabilities": _("the probability of each of the three"),
        "words": _(
            "a list of objects with text and effect: the texts together are the text; an effect is in log odds of "
            "positive against negative"
        ),
    },
)

# The HTML of the panels: the verdict; the probabilities; the text by its effects; the networks side by side; what
# answered; and, folded in below, the tokens.
Panels = tuple[str, str, str, str, str, str]

# Written by us for this tab.
EXAMPLES = (
    "The acting was superb, and I would watch it again tomorrow.",
    "It looks nice, but it broke after one week.",
    "The waiter was not unfriendly, just terribly slow.",
    "The museum opens at ten on weekdays.",
    "虽然排队很久，但是味道真的值得。",
    "说明书写得不清楚，客服也帮不上忙。",
    "房间很 nice，就是 WiFi 太 slow 了 😤",
)

MARKS = {"positive": "+", "neutral": "○", "negative": "−"}
NAMES = {"positive": _("positive"), "neutral": _("neutral"), "negative": _("negative")}
SURE = {
    "positive": _("This is praise: positive, with a probability of {probability}."),
    "neutral": _("This is neither praise nor blame: neutral, with a probability of {probability}."),
    "negative": _("This is blame: negative, with a probability of {probability}."),
}
NOT_SURE = {
    "positive": _("I am not sure. Most likely it is positive, with a probability of {probability}."),
    "neutral": _("I am not sure. Most likely it is neutral, with a probability of {probability}."),
    "negative": _("I am not sure. Most likely it is negative, with a probability of {probability}."),
}
NOT_UNDERSTOOD = _("I know too few of these words, so it counts as neutral. I only know English and Chinese.")
WAITING = _("Loading the networks; the answer comes in a few seconds …")
EMPTY = _("Type a text, or choose an example.")
# An effect of this size, in log odds, has the full colour.
FULL_COLOUR = 2.0
FAINTEST = 0.08
MOST_NAMED = 3
MOST_TOKENS_SHOWN = 200


def title(_: Translate) -> str:
    """Return the tab's name."""
    return _("Sentiment")


def build(language: str, _max_upload_mb: int = guard.UPLOAD_MEGABYTES) -> gr.Blocks | gr.Column:
    """Return the tab for one language; the English one carries the endpoint ``classify_sentiment``."""
    _ = page.translator(language)
    guarded = guard.speaking(_)
    with page.tab_blocks() as demo:
        gr.Markdown(
            _(
                "Type a review, a message or any sentence, in English, Chinese or both. Three networks, trained on the "
                "same reviews, say whether it praises or blames, and which words made them think so."
            ),
            elem_classes="hub-intro",
        )
        readers = link_readers()
        panel = link.build_panel(sentiment.TASK, tuple(readers), _)
        nothing = show_message(_(EMPTY), sentiment.DEFAULT_NETWORK, _)
        with gr.Row(equal_height=False):
            with gr.Column(scale=4, min_width=300):
                text = Line(
                    label=_("Your text"),
                    lines=6,
                    max_lines=12,
                    placeholder=_("For example: the food was not bad at all"),
                    info=_("At most {count:,} characters. The answer follows while you type.").format(
                        count=sentiment.LONGEST_TEXT
                    ),
                )
                buttons = _example_buttons(_)
            with gr.Column(scale=5, min_width=300):
                verdict = gr.HTML(nothing[0], js_on_load=panels.SPOKEN)
                bars = gr.HTML(nothing[1])
                words = gr.HTML(nothing[2])
                about = _("The share of test reviews that it tells apart rightly stands beside each.")
                network = page.network_choice(sentiment.TASK, NETWORKS, sentiment.DEFAULT_NETWORK, about, _)
                cards = gr.HTML(nothing[3])
                facts = gr.HTML(nothing[4])
        with gr.Accordion(_("The tokens that the network sees"), open=False):
            tokens = gr.HTML(nothing[5])
        page.look_inside(sentiment.TASK, network, _, guarded)
        link.connect(panel, readers, [text, network], _)
        outputs = [verdict, bars, words, cards, facts, tokens]
        judge = partial(answer, _=_)
        # Not "input", which Gradio does not raise for what is pasted or filled in.
        text.change(judge, [text, network], outputs, **page.LIVE)
        network.change(judge, [text, network], outputs, **page.LIVE)
        for example, button in buttons.items():
            button.click(None, None, text, js=f"() => {json.dumps(example)}", api_visibility="private")
        if language == "en":
            result = gr.JSON(visible=False, label="result")
            page.add_endpoint(guarded(classify), [text, network], result, API.name, API.docstring(_))
    return demo


def link_readers() -> link.Readers:
    """Return what a link to this tab may carry."""
    return {"text": link.short_text, "network": lambda text: guard.require_choice(text, NETWORKS)}


def _example_buttons(_: Translate) -> dict[str, gr.Button]:
    name = _("Examples")
    with gr.Column(elem_classes="sentiment-examples"):
        gr.HTML(f"<p>{escape(name)}</p>", padding=False)
        return {example: gr.Button(example, size="sm") for example in EXAMPLES}


def classify(text: Any, network: Any) -> dict[str, Any]:
    """Return what ``API`` says: {"label": "positive", "probabilities": {"negative": 0.0, ...}, "words": [...]}."""
    sentence = guard.require_text(text, sentiment.LONGEST_TEXT)
    judgement = sentiment.predict(sentence, guard.require_choice(network, NETWORKS))
    return {
        "label": judgement.label,
        "probabilities": judgement.probabilities,
        "words": [{"text": piece.text, "effect": piece.effect} for piece in judgement.pieces],
    }


def answer(text: Any, network: Any, _: Translate) -> Iterator[Panels]:
    """Yield the panels: a waiting note where the network is still being loaded, then the answer."""
    main = network if network in NETWORKS else sentiment.DEFAULT_NETWORK
    try:
        guard.require_choice(network, NETWORKS)
        if text is None or (isinstance(text, str) and not text.strip()):
            raise guard.Refusal(EMPTY)
        sentence = guard.require_text(text, sentiment.LONGEST_TEXT)
        if not runtime.is_ready(sentiment.TASK, main):
            yield show_message(_(WAITING), main, _)
        yield show_judgements(_judge_all(sentence, main), main, _)
    except Exception as error:
        yield show_message(guard.explain(error, _), main, _)


def _judge_all(text: str, main: str) -> dict[str, sentiment.Judgement | None]:
    """Let every network judge; None for one that is not available, unless it is the main one."""
    judgements: dict[str, sentiment.Judgement | None] = {main: sentiment.predict(text, main)}
    for name in NETWORKS:
        if name not in judgements:
            try:
                judgements[name] = sentiment.predict(text, name, explain=False)
            except (runtime.NotReady, runtime.Busy, runtime.Unavailable):
                judgements[name] = None
    return judgements


def show_judgements(judgements: dict[str, sentiment.Judgement | None], main: str, _: Translate) -> Panels:
    """Return the panels for an answer."""
    judgement = judgements[main]
    best = judgement.label
    probability = judgement.probabilities[best]
    if not judgement.reading.is_understood:
        sentence = _(NOT_UNDERSTOOD)
    else:
        sentence = _((SURE if judgement.is_sure else NOT_SURE)[best]).format(probability=percent(probability))
    return (
        panels.verdict(MARKS[best], sentence),
        _bars(judgement.probabilities, best, _),
        show_pieces(judgement.pieces, _),
        _cards(judgements, main, _),
        page.provenance(judgement.folder, judgement.milliseconds, _),
        show_tokens(judgement.reading, _),
    )


def show_message(sentence: str, main: str, _: Translate) -> Panels:
    """Return the same panels, of the same size, with a sentence in place of an answer."""
    return (
        panels.verdict("·", sentence),
        _bars(dict.fromkeys(sentiment.LABELS, 0.0), None, _),
        show_pieces((), _),
        _cards({}, main, _),
        page.provenance(runtime.folder(sentiment.TASK, main), None, _),
        show_tokens(None, _),
    )


def _bars(probabilities: dict[str, float], best: str | None, _: Translate) -> str:
    named = {_(NAMES[label]): probabilities[label] for label in reversed(sentiment.LABELS)}
    table = panels.bars(named, best and _(NAMES[best]), _("Probabilities"))
    return f'<div class="hub-details">{table}</div>'


def show_pieces(pieces: tuple[sentiment.Piece, ...], _: Translate) -> str:
    """Return the text with each piece coloured and underlined by its effect, a legend, and the strongest in words."""
    strongest = max([FULL_COLOUR, *(abs(piece.effect) for piece in pieces)])
    words = "".join(_marked(piece, abs(piece.effect) / strongest) for piece in pieces)
    caption = _("What each word did: the deeper the colour, the more the answer changes without it")
    return (
        f'<figure class="sentiment-words"><figcaption>{escape(caption)}</figcaption>'
        f'<p class="sentiment-text" tabindex="0">{words}</p>{_legend(_)}'
        f'<p class="sentiment-said">{_strongest(pieces, _)}</p></figure>'
    )


def _legend(_: Translate) -> str:
    word = escape(_("word"))
    sides = {"is-up": _("towards positive"), "is-down": _("towards negative")}
    entries = "".join(
        f'<span><mark class="{kind}" style="--strength:0.7">{word}</mark> {escape(side)}</span>'
        for kind, side in sides.items()
    )
    return f'<p class="sentiment-legend">{entries}</p>'


def _marked(piece: sentiment.Piece, strength: float) -> str:
    """Return one piece as HTML; the blanks around its words stay without colour."""
    shown = piece.text.strip()
    if not shown or strength < FAINTEST:
        return escape(piece.text)
    before, after = piece.text.split(shown, 1)
    kind = "is-up" if piece.effect > 0 else "is-down"
    mark = f'<mark class="{kind}" style="--strength:{strength:.2f}" title="{piece.effect:+.2f}">{escape(shown)}</mark>'
    return escape(before) + mark + escape(after)


def _strongest(pieces: tuple[sentiment.Piece, ...], _: Translate) -> str:
    """Name the words that moved the answer most, for those who see no colours."""
    words = [piece for piece in pieces if _is_word(piece.text)]
    up = sorted((word for word in words if word.effect > 0.1), key=lambda word: -word.effect)
    down = sorted((word for word in words if word.effect < -0.1), key=lambda word: word.effect)
    sentences = []
    for found, sentence in ((up, _("Most towards positive: {words}.")), (down, _("Most towards negative: {words}."))):
        if found:
            named = [f"{piece.text.strip()[:40]} ({piece.effect:+.1f})" for piece in found[:MOST_NAMED]]
            sentences.append(sentence.format(words=", ".join(named)))
    return escape(" ".join(sentences)) or "&nbsp;"


def _is_word(text: str) -> bool:
    """Whether a text holds a letter, a Chinese character, a digit or an emoji, not marks alone."""
    return any(character.isalnum() or unicodedata.category(character) == "So" for character in text)


def show_tokens(reading: sentiment.Reading | None, _: Translate) -> str:
    """Return the tokens that the network reads, with their ids, those it does not know marked as <unknown>."""
    about = _(
        "A network sees numbers: the place of each token in its vocabulary. An English word, a Chinese character, a "
        "number, a punctuation mark and an emoji are one token each. What is not in the vocabulary is <unknown>."
    )
    if reading is None or not len(reading.ids):
        return f'<p class="sentiment-said">{escape(about)}</p>'
    notes = [about, *_notes(reading, _)]
    read = list(zip(reading.tokens[reading.skipped :], reading.ids, reading.words, strict=True))
    chips = "".join(_chip(token.text, int(token_id), word) for token, token_id, word in read[-MOST_TOKENS_SHOWN:])
    return f'<p class="sentiment-said">{escape(" ".join(notes))}</p><ol class="sentiment-tokens">{chips}</ol>'


def _notes(reading: sentiment.Reading, _: Translate) -> list[str]:
    notes = []
    if reading.skipped:
        sentence = _(
            "This text is too long for the network: it reads the last {read} tokens and not the first {skipped}."
        )
        notes.append(sentence.format(read=len(reading.ids), skipped=reading.skipped))
    if len(reading.ids) > MOST_TOKENS_SHOWN:
        notes.append(_("Here are the last {count}.").format(count=MOST_TOKENS_SHOWN))
    return notes


def _chip(text: str, token_id: int, word: str) -> str:
    if token_id == UNKNOWN_ID:
        return f'<li class="is-unknown"><s>{escape(text)}</s><b>{escape(word)}</b><small>{token_id}</small></li>'
    return f"<li><b>{escape(word)}</b><small>{token_id}</small></li>"


def _cards(judgements: dict[str, sentiment.Judgement | None], main: str, _: Translate) -> str:
    answers = [_card(name, judgements.get(name), name == main, _) for name in NETWORKS]
    return panels.cards(answers, _("The networks side by side"))


def _card(name: str, judgement: sentiment.Judgement | None, is_main: bool, _: Translate) -> panels.Card:
    if judgement is None:
        return panels.Card(name, "·", ("–", "–"), is_main)
    probability = percent(judgement.probabilities[judgement.label])
    lines = (f"{_(NAMES[judgement.label])} {probability}", f"{judgement.milliseconds:.1f} ms")
    return panels.Card(name, MARKS[judgement.label], lines, is_main)
