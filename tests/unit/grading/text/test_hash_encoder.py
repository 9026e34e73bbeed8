"""The letters' encoder gives the vectors that it always gave, only sooner."""

from __future__ import annotations

import random
import re
import unicodedata
import zlib
from collections import Counter

import numpy as np
import pytest

from grading.text.encoder import HASH_WIDTH, HashEncoder

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
RUNS = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")

TEXTS = (
    "",
    "   \n",
    "?!... --- 。，",
    "a",
    "KV cache: each step reads all keys and values, so decode is memory-bound.",
    "aaaa aaaa aaaaa bananabanana banana",
    "量化减少每步要读的字节，所以小批量解码变快。量化量化。",
    "把 batch size 设成 32，latency 变高；throughput 也变高",
    "Größe, ﬁne, ＦＵＬＬ width, ①②, x² + y², naïve café, İstanbul",
    "傳統字元與龍門陣 \uf900\uf901 \ufa6e\ufa6f \u9ffd㐀㐁",
    "x = softmax(q @ k.T / sqrt(d))  # snake_case_name",
    "Ελληνικά и русский текст, עברית, العربية, हिन्दी, ひらがなカタカナ 한국어",
    "broken \ud800 half \udfff pairs\ud83d",
    "🙂🙃 emoji \u200b zero\u200bwidth \u202e bidi",
    "w" * 300 + " " + "好" * 900,
    "1234567890 3.14 10x 0.5% v2",
)


def plainly(texts):
    """Return the vectors as first written: part by part, in Python."""
    rows = np.zeros((len(texts), HASH_WIDTH), dtype=np.float32)
    for place, text in enumerate(texts):
        row = rows[place]
        for gram, count in Counter(grams(text)).items():
            code = zlib.crc32(gram.encode("utf-8", "replace"))
            sign = 1.0 if code >> 31 else -1.0
            row[code % HASH_WIDTH] += sign * count**0.5
        length = float(np.linalg.norm(row))
        if length == 0.0:
            row[0] = 1.0
        else:
            rows[place] = row / length
    return rows


def grams(text):
    for match in RUNS.finditer(unicodedata.normalize("NFKC", text).casefold()):
        run = match.group()
        if unicodedata.category(run[0]) == "Lo" and re.match(f"[{HAN}]", run):
            for size in (1, 2, 3):
                yield from (run[i : i + size] for i in range(len(run) - size + 1))
            continue
        word = run[:64]
        yield f"={word}"
        padded = f"<{word}>"
        for size in (3, 4, 5):
            yield from (padded[i : i + size] for i in range(len(padded) - size + 1))


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_vector_is_to_the_last_bit_what_it_was(text):
    assert np.array_equal(HashEncoder().encode([text]), plainly([text]))


def test_texts_of_any_characters_have_the_vectors_they_had():
    chance = random.Random(5)  # noqa: S311 - texts, not secrets
    letters = [
        *"abcdeABCDE_ -.,0123456789éßﬁ",
        *"量化减少缓存模型的了是",
        "\ud834",
        "\n",
    ]
    texts = [
        "".join(chance.choices(letters, k=chance.randrange(1, 400))) for _ in range(60)
    ]
    texts += [
        "".join(map(chr, chance.choices(range(0x2FFFF), k=200))) for _ in range(20)
    ]

    assert np.array_equal(HashEncoder().encode(texts), plainly(texts))


def test_a_text_has_the_same_vector_alone_among_others_and_again():
    encoder = HashEncoder()

    together = encoder.encode(TEXTS)

    assert np.array_equal(
        together, np.concatenate([encoder.encode([t]) for t in TEXTS])
    )
    assert np.array_equal(together, encoder.encode(TEXTS))


def test_no_texts_have_no_rows():
    assert HashEncoder().encode(()).shape == (0, HASH_WIDTH)
