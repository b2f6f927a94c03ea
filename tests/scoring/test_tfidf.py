import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from assistant.scoring.tfidf import Tfidf

KINDS = {
    "words": {"ngram_range": (1, 2), "token_pattern": r"\S+", "dtype": np.float32},
    "phrases": {"ngram_range": (1, 3), "token_pattern": r"(?u)\b\w+\b|[?:;]", "min_df": 2},
    "characters": {"analyzer": "char_wb", "ngram_range": (3, 5), "min_df": 2, "dtype": np.float32},
}
CORPUS = (
    "Stalin was General Secretary from 1922 : why ?",
    "Stalin was a General, he was not.",
    "A  five-year plan;\n a plan of five years",
    "Ein Plan für die Straße, İstanbul, a b c",
)
TEXTS = st.lists(st.one_of(st.text(max_size=30), st.text("stalin wa?:;\n\tplIİß", max_size=40)), max_size=5)


@pytest.mark.parametrize("kind", KINDS)
@given(texts=TEXTS)
def test_rows_are_those_of_scikit_learn(kind, texts):
    model = TfidfVectorizer(sublinear_tf=True, **KINDS[kind]).fit(CORPUS)
    ours = pickle.loads(pickle.dumps(Tfidf.of(model)))
    texts = [*texts, *CORPUS, ""]
    rows = ours.transform(texts)
    assert rows.dtype == model.dtype
    np.testing.assert_allclose(rows.toarray(), model.transform(texts).toarray(), atol=1e-6)


def test_what_was_looked_up_is_not_kept_with_the_model_nor_are_endless_words():
    model = Tfidf.of(TfidfVectorizer(sublinear_tf=True, **KINDS["characters"]).fit(CORPUS))
    before = pickle.dumps(model)
    model.transform(["General " + "x" * 100_000])
    assert set(model._within) == {"general"}
    assert pickle.dumps(model) == before


def test_no_texts_have_no_rows():
    model = Tfidf.of(TfidfVectorizer(sublinear_tf=True).fit(CORPUS))
    assert model.transform([]).shape == (0, len(model.vocabulary_))


@pytest.mark.parametrize("setting", [{"sublinear_tf": False}, {"norm": None}, {"analyzer": "char"}])
def test_another_kind_of_vectoriser_is_refused(setting):
    with pytest.raises(ValueError, match="Only sublinear TF-IDF"):
        Tfidf.of(TfidfVectorizer(**{"sublinear_tf": True, **setting}).fit(CORPUS))
