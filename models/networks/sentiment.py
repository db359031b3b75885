"""The networks that judge whether a text praises or blames, in English and Chinese.

Every builder returns an uncompiled ``keras.Model``:
    input   int32 [batch, length], ids of tokens, 0 where there is none (before the text); ``rnn`` and ``lstm``
            take the last 100 tokens of a text, ``regions`` any number
    output  float32 [batch, 3], probabilities of negative, neutral, positive
"""

from types import ModuleType
from typing import Any

import keras
from keras import layers, ops

CLASSES = 3
LENGTH = 100
TUTORIAL_VOCABULARY = 10_000
VOCABULARY = 30_000

# The n-grams of up to three tokens are hashed into this many places, a prime below 2**21. The factors are
# primes below 2**16: times an id below 2**15 they stay inside 32 bits.
NGRAM_BUCKETS = 2_097_143
NGRAM_FACTORS = (40_503, 60_493, 51_437)
NGRAM_STEP = 777_767
# What tells n-grams of the same place apart: one of this many fingerprints, a prime below 256.
FINGERPRINTS = 251
FINGERPRINT_FACTORS = (30_011, 58_189, 45_307)
KEYS_A_PLACE = 256
USUAL_LENGTH = 5.0  # natural logarithm of the number of n-grams
SHORT_LENGTH = 3.6  # as of a text of a dozen tokens
OPINIONS = 9  # features that tell an opinion: logits, probabilities, score; after them comes the length

EMBEDDING = 64
DILATIONS = (1, 2, 4)
HEADS = 4


def build_rnn() -> keras.Model:
    """A simple recurrent network, 64 wide, on 64-wide embeddings: the tutorials' first network for text.

    Embedding, one SimpleRNN (Elman, 1990, "Finding Structure in Time", https://doi.org/10.1207/s15516709cog1402_1),
    softmax; 648,451 parameters.
    """
    return keras.Sequential(
        [
            layers.Input((LENGTH,), dtype="int32"),
            layers.Embedding(TUTORIAL_VOCABULARY, 64, name="embed"),  # 100x64
            layers.SimpleRNN(64, name="recur"),
            layers.Dense(CLASSES, activation="softmax", dtype="float32", name="probabilities"),
        ],
        name="rnn",
    )


def build_lstm() -> keras.Model:
    """A long short-term memory, 64 wide, on 32-wide embeddings of 10,000 tokens, as the tutorials build it.

    Source: Hochreiter and Schmidhuber (1997), "Long Short-Term Memory",
    https://doi.org/10.1162/neco.1997.9.8.1735; 345,027 parameters.
    """
    return keras.Sequential(
        [
            layers.Input((LENGTH,), dtype="int32"),
            layers.Embedding(TUTORIAL_VOCABULARY, 32, name="embed"),  # 100x32
            layers.LSTM(64, name="recur"),
            layers.Dense(CLASSES, activation="softmax", dtype="float32", name="probabilities"),
        ],
        name="lstm",
    )


def build_regions(table_dtype: str = "float16") -> keras.Model:
    """Ours: convolutions that read a word among its neighbours, mixed with the weights of all n-grams.

    The first half embeds the tokens, lets three dilated convolutions see seven tokens to each side, and pools by
    attention and by maximum (after Kim, 2014, https://arxiv.org/abs/1408.5882; dilation: Yu and Koltun, 2015,
    https://arxiv.org/abs/1511.07122; attention pooling: Yang et al., 2016, https://aclanthology.org/N16-1174).
    The second half is a linear model of n-grams (Wang and Manning, 2012, https://aclanthology.org/P12-2018), hashed
    (Weinberger et al., 2009, https://arxiv.org/abs/0902.2206). A last layer mixes what both say; 6,172,414 parameters.

    Args:
        table_dtype: type of the table of embeddings; half precision keeps the file small.
    """
    tokens = layers.Input((None,), dtype="int32", name="tokens")
    opinion = build_convolutions(table_dtype)(tokens)  # 3
    surely = layers.Softmax(name="surely")(opinion)
    ngrams = Ngrams(name="ngrams")(tokens)  # up to 3 x length
    weights = NgramWeights(NGRAM_BUCKETS, name="ngram_weights")(ngrams)
    score = LinearScore(name="ngram_score")([ngrams, weights])  # 7
    said = layers.Concatenate(name="said")([opinion, surely, score])  # 13
    both = ByLength(name="both")(said)  # 23
    probabilities = layers.Dense(CLASSES, activation="softmax", dtype="float32", name="probabilities")(both)
    return keras.Model(tokens, probabilities, name="regions")


def build_convolutions(table_dtype: str = "float32") -> keras.Model:
    """The first half of ``regions``: token ids [batch, length] in, three logits out."""
    tokens = layers.Input((None,), dtype="int32", name="tokens")
    present = Present(name="present")(tokens)  # length x 1
    values = layers.Embedding(VOCABULARY, EMBEDDING, dtype=table_dtype, name="embed")(tokens)
    values = layers.SpatialDropout1D(0.2, name="drop_words")(values)
    for dilation in DILATIONS:
        values = _convolution_block(values, present, dilation)
    scores = layers.Dense(HEADS, name="attention")(values)  # length x 4
    attended = AttentionPool(name="attend")([values, scores, present])  # 4 x 64
    highest = MaximumPool(name="highest")([values, present])  # 64
    pooled = layers.Concatenate(name="pooled")([attended, highest])
    pooled = layers.Dropout(0.4, name="dropout")(pooled)
    pooled = layers.Dense(64, activation="relu", name="hidden")(pooled)
    logits = layers.Dense(CLASSES, dtype="float32", name="logits")(pooled)
    return keras.Model(tokens, logits, name="convolutions")


def _convolution_block(values: Any, present: Any, dilation: int) -> Any:
    """Add to each token what a convolution sees around it; what is no token stays zero."""
    inside = layers.Multiply(name=f"inside_{dilation}")([values, present])
    around = layers.Conv1D(EMBEDDING, 3, padding="same", dilation_rate=dilation, name=f"conv_{dilation}")(inside)
    around = layers.ReLU(name=f"relu_{dilation}")(around)
    return layers.Add(name=f"add_{dilation}")([values, around])


def hash_ngrams(tokens: Any, buckets: int, library: ModuleType = ops, factors: tuple[int, ...] = NGRAM_FACTORS) -> Any:
    """Return the places of all n-grams of one to three known tokens in a table.

    Args:
        tokens: int ids [batch, length]; 0 (no token) and 1 (unknown) are part of no n-gram.
        buckets: size of the table.
        library: ``keras.ops``, or ``numpy`` for arrays.
        factors: of the first, second and third token.

    Returns:
        ints [batch, about 3 x length], 1 to buckets - 1, and 0 where there is no n-gram.
    """
    places = []
    for order in range(len(factors)):
        window = [tokens[:, start : start - order or None] for start in range(order + 1)]
        mixed = sum((part * factor) % buckets for part, factor in zip(window, factors, strict=False))
        place = 1 + (mixed + order * NGRAM_STEP) % (buckets - 1)
        for part in window:
            place = library.where(part > 1, place, 0)
        places.append(place)
    return library.concatenate(places, axis=1)


def key_ngrams(tokens: Any, library: ModuleType = ops) -> Any:
    """Return a key for each n-gram of one to three known tokens: its place in the table, and its fingerprint.

    Two n-grams that fall into one place of the table seldom share the fingerprint too.

    Args:
        tokens: int ids [batch, length]; 0 (no token) and 1 (unknown) are part of no n-gram.
        library: ``keras.ops``, or ``numpy`` for arrays.

    Returns:
        ints [batch, about 3 x length], place x 256 + fingerprint (1 to 251), below 2**30; 0 where there is no n-gram.
    """
    places = hash_ngrams(tokens, NGRAM_BUCKETS, library)
    prints = hash_ngrams(tokens, FINGERPRINTS + 1, library, FINGERPRINT_FACTORS)
    return places * KEYS_A_PLACE + prints


@keras.saving.register_keras_serializable("sentiment")
class Ngrams(layers.Layer):
    """Which n-grams of one to three tokens a text has, each once, by their keys.

    int32 [batch, length] -> int32 [batch, about 3 x length], 0 where there is none.
    """

    def call(self, tokens: Any) -> Any:
        keys = ops.sort(key_ngrams(ops.cast(tokens, "int32")), axis=1)
        is_new = keys[:, 1:] != keys[:, :-1]
        return ops.concatenate([keys[:, :1], ops.where(is_new, keys[:, 1:], 0)], axis=1)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (input_shape[0], None)


@keras.saving.register_keras_serializable("sentiment")
class NgramWeights(layers.Layer):
    """The weights of n-grams, by their keys; 0 for an n-gram that the table does not hold.

    Each place holds one n-gram: its fingerprint, and its weight in 255 steps that are finer near zero,
    scale x (level / 127)^2 with the level's sign. int32 [batch, n] -> float32 [batch, n].
    """

    def __init__(self, buckets: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.buckets = buckets

    def build(self, _input_shape: tuple) -> None:
        table = {"shape": (self.buckets,), "initializer": "zeros", "trainable": False}
        self.fingerprints = self.add_weight(name="fingerprints", dtype="uint8", **table)
        self.levels = self.add_weight(name="levels", dtype="int8", **table)
        self.scale = self.add_weight(name="scale", shape=(), initializer="ones", dtype="float32", trainable=False)

    def call(self, keys: Any) -> Any:
        keys = ops.cast(keys, "int32")
        places = keys // KEYS_A_PLACE
        is_held = ops.cast(ops.take(self.fingerprints, places), "int32") == keys % KEYS_A_PLACE
        level = ops.cast(ops.take(self.levels, places), "float32") / 127
        return ops.where(is_held & (keys > 0), level * ops.abs(level) * self.scale, 0.0)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return input_shape

    def get_config(self) -> dict:
        return super().get_config() | {"buckets": self.buckets}


@keras.saving.register_keras_serializable("sentiment")
class LinearScore(layers.Layer):
    """What a linear model says of a text, and how much there was to read.

    keys int32 [batch, n] and weights [batch, n] -> float32 [batch, 7]: the score, the sum of the weights over the
    square root of the number of n-grams; its absolute value; its hyperbolic tangent; the length, the logarithm of
    that number less 5; the first three times the length.
    """

    def call(self, inputs: list) -> Any:
        keys, weights = inputs
        count = ops.sum(ops.cast(keys > 0, self.compute_dtype), axis=1, keepdims=True)
        count = ops.maximum(count, 1.0)
        score = ops.sum(weights, axis=1, keepdims=True) / ops.sqrt(count)
        said = ops.concatenate([score, ops.abs(score), ops.tanh(score)], axis=1)
        length = ops.log(count) - USUAL_LENGTH
        return ops.concatenate([said, length, said * length], axis=1)

    def compute_output_shape(self, input_shape: list) -> tuple:
        return (input_shape[0][0], 7)


@keras.saving.register_keras_serializable("sentiment")
class ByLength(layers.Layer):
    """What both halves say, and again how far it is said of a short text: they are trusted differently there.

    features [batch, 13] -> [batch, 23]: added are the shortness, 0 to 1, and the first nine times that.
    """

    def call(self, features: Any) -> Any:
        length = features[:, OPINIONS : OPINIONS + 1] + USUAL_LENGTH
        short = ops.sigmoid(3 * (SHORT_LENGTH - length))
        return ops.concatenate([features, short, features[:, :OPINIONS] * short], axis=1)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (input_shape[0], input_shape[1] + 1 + OPINIONS)


@keras.saving.register_keras_serializable("sentiment")
class Present(layers.Layer):
    """1 where there is a token, 0 where there is none: int32 [batch, length] -> float32 [batch, length, 1]."""

    def call(self, tokens: Any) -> Any:
        return ops.cast(tokens > 0, self.compute_dtype)[..., None]

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape, 1)


@keras.saving.register_keras_serializable("sentiment")
class AttentionPool(layers.Layer):
    """The mean of all tokens, weighed by each head: values [batch, length, width] -> [batch, heads x width]."""

    def call(self, inputs: list) -> Any:
        values, scores, present = inputs
        weights = ops.softmax(scores - 1e4 * (1 - present), axis=1)
        pooled = ops.matmul(ops.transpose(weights, (0, 2, 1)), values)
        return ops.reshape(pooled, (-1, scores.shape[-1] * values.shape[-1]))

    def compute_output_shape(self, input_shape: list) -> tuple:
        return (input_shape[0][0], input_shape[0][-1] * input_shape[1][-1])


@keras.saving.register_keras_serializable("sentiment")
class MaximumPool(layers.Layer):
    """The highest value among all tokens: values [batch, length, width] -> [batch, width]."""

    def call(self, inputs: list) -> Any:
        values, present = inputs
        return ops.max(values - 1e4 * (1 - present), axis=1)

    def compute_output_shape(self, input_shape: list) -> tuple:
        return (input_shape[0][0], input_shape[0][-1])


NETWORKS = {"rnn": build_rnn, "lstm": build_lstm, "regions": build_regions}
