"""No attack earns a mark or escapes its flag, and honest noise hardly moves one; on practice responses drawn by chance."""

from dataclasses import dataclass
from random import Random

import pytest
from attacks import ATTACKS, NOISE, PARTLY_SEEN, REWRITTEN, Answer, Attack, answer_of, sample_of, source_of, tolerance

from assistant.corpus.loading import find_course, load_responses, responses_of
from assistant.schemas import Feedback, MarkedResponse
from assistant.service import Engine, engine

LONG = {"notes_whole", "statements_all"}


@dataclass(frozen=True)
class Honest:
    """A practice response as written, with its feedback."""

    response: MarkedResponse
    answer: Answer
    feedback: Feedback


@dataclass(frozen=True)
class Bench:
    """The engine, all practice responses, and those drawn."""

    engine: Engine
    responses: list[MarkedResponse]
    drawn: list[Honest]

    def attacked(self, honest: Honest, attack: Attack) -> Feedback:
        """Feedback on the changed text."""
        question = self.engine.question(honest.response.question)
        chance = Random(f"{honest.response.id} {attack.__name__}")
        source = source_of(self.engine.course, question, self.responses, chance)
        return self.engine.mark(question.id, attack(honest.answer, source, chance))


def bench_of(each: int, seed: int) -> Bench:
    loaded = engine("stalin")
    responses = load_responses(responses_of(find_course("stalin")))
    drawn = []
    for response in sample_of(responses, loaded.course, each, seed):
        answer = answer_of(response)
        drawn.append(Honest(response, answer, loaded.mark(response.question, answer.text)))
    return Bench(loaded, responses, drawn)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return bench_of(each=2, seed=1)


def check(bench: Bench, name: str, honest: Honest) -> None:
    attack, due = ATTACKS[name]
    after, before = bench.attacked(honest, attack), honest.feedback
    slack = tolerance(before.max_mark) if name in REWRITTEN else 0
    assert after.mark <= before.mark + slack, f"{name} raises {honest.response.id} from {before.mark} to {after.mark}"
    if due and name not in PARTLY_SEEN:
        codes = {reason.code for reason in after.review_reasons}
        assert codes & due, f"{name} of {honest.response.id} is not flagged: {codes}"


@pytest.mark.parametrize("name", [name for name in ATTACKS if name not in LONG])
def test_no_attack_earns_a_mark_or_escapes_its_flag(bench, name):
    for honest in bench.drawn:
        check(bench, name, honest)


@pytest.mark.parametrize("name", sorted(LONG))
def test_neither_do_all_the_notes(bench, name):
    check(bench, name, bench.drawn[0])


@pytest.mark.parametrize("name", NOISE)
def test_honest_noise_hardly_moves_the_mark(bench, name):
    for honest in bench.drawn:
        after = bench.attacked(honest, NOISE[name])
        assert abs(after.mark - honest.feedback.mark) <= tolerance(after.max_mark), honest.response.id


def test_what_is_set_aside_shows_no_evidence(bench):
    notes, _ = ATTACKS["notes_instead"]
    after = bench.attacked(bench.drawn[0], notes)
    assert (after.mark, after.evidence, {factor.status for factor in after.factors}) == (0, (), {"missing"})


def test_a_paste_leaves_the_feedback_on_the_honest_part_as_it_was(bench):
    for honest in bench.drawn:
        after = bench.attacked(honest, ATTACKS["doubled"][0])
        assert after.evidence == honest.feedback.evidence
        assert [f.status for f in after.factors] == [f.status for f in honest.feedback.factors]


@pytest.fixture(scope="module")
def wide():
    return bench_of(each=8, seed=2)


@pytest.mark.slow
def test_honest_weak_answers_are_seldom_sent_to_review(wide):
    weak = [
        honest.feedback
        for honest in wide.drawn
        if honest.response.mark < 0.35 * honest.feedback.max_mark and not honest.response.wants_review
    ]
    assert sum(feedback.needs_review for feedback in weak) <= max(1, 0.05 * len(weak))


@pytest.mark.slow
def test_over_many_responses_attacks_pay_on_the_whole_nothing(wide):
    for name, (attack, due) in ATTACKS.items():
        if name in LONG:
            continue
        gains, flagged = [], []
        for honest in wide.drawn:
            after = wide.attacked(honest, attack)
            gains.append(after.mark - honest.feedback.mark)
            flagged.append(bool({reason.code for reason in after.review_reasons} & due))
        assert sum(gains) <= 0.5 * len(gains), name
        if name not in REWRITTEN:
            assert sum(gain > 0 for gain in gains) <= 0.05 * len(gains), name
        if due:
            assert sum(flagged) >= (0.3 if name in PARTLY_SEEN else 0.95) * len(flagged), name
