"""What training keeps on the way, so that an interruption costs little."""

import numpy as np
import pytest

from assistant.corpus.loading import load_course
from assistant.scoring.index import FactHead
from assistant.training import TrainingError, claim_parts, load_head, save_head


def test_parts_of_one_training_are_taken_up_again_and_those_of_another_are_not(tmp_path) -> None:
    claim_parts(tmp_path, "one")
    claim_parts(tmp_path, "one")
    with pytest.raises(TrainingError, match="another training"):
        claim_parts(tmp_path, "two")


def test_heads_come_back_in_the_order_of_the_facts_and_not_for_other_facts(tmp_path) -> None:
    course = load_course("stalin")
    count = len(course.facts)
    rows = np.arange(count, dtype=np.float32)
    wide = np.repeat(rows[:, None], 384, axis=1)
    head = FactHead(wide, wide, rows, wide, rows, 8.0, 10.0, 0.5)
    save_head(tmp_path / "head.npz", course, head)
    assert [path.name for path in tmp_path.iterdir()] == ["head.npz"]

    turned = course.model_copy(update={"facts": course.facts[::-1]})
    again = load_head(tmp_path / "head.npz", turned)
    assert again is not None
    assert again.bias.tolist() == rows[::-1].tolist()
    assert load_head(tmp_path / "head.npz", course.model_copy(update={"facts": course.facts[1:]})) is None
