"""`assistant train`: rebuild the encoder, the course's index and the estimators from the corpus."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import joblib
import numpy as np
from joblib import delayed

from assistant import __version__
from assistant.corpus.loading import (
    find_course,
    load_contrasts,
    load_course,
    load_passages,
    load_responses,
    load_wordings,
    responses_of,
)
from assistant.nlp.encoder import SentenceEncoder
from assistant.nlp.pipeline import build_nlp
from assistant.nlp.reading import Reading, forms_of, read_doc
from assistant.schemas import Course, MarkedResponse
from assistant.scoring import artefacts
from assistant.scoring.held_out import SCHEMES, HeldOut, fold_of, load_held_out, save_held_out, training_rows
from assistant.scoring.index import FactHead, FactIndex, build_index
from assistant.scoring.model_training import TrainingRow, fit_deciders, fit_models, lay_labels
from assistant.scoring.planted_errors import ErrorPlanter, source_of
from assistant.scoring.precedents import Precedents, precedents_of
from assistant.scoring.signals import NAMES, SignalReader
from assistant.scoring.training_examples import TrainingData, make_data

Report = Callable[[str], None]

BANK_STAGE, FOR_USE = "bank.pt", "for-use"
FOLD_PROCESSES = 2


class TrainingError(RuntimeError):
    """Training cannot go on as asked; the message is one sentence."""


class Fold(NamedTuple):
    """One part of the marked responses, held out while an encoder is trained on the rest."""

    scheme: str
    number: int


class Workbench:
    """A course with its pipeline and marked responses, for training and evaluation."""

    def __init__(self, course: str | Path, tokenizer_folder: Path) -> None:
        self.folder = find_course(course)
        self.course: Course = load_course(course)
        self.bank = load_wordings(self.folder)
        paths = responses_of(self.folder)
        self.responses: list[MarkedResponse] = load_responses(paths) if paths else []
        from assistant.nlp.encoder import load_tokenizer

        self.tokenizer = tokenizer_folder / artefacts.TOKENIZER
        words = load_tokenizer(self.tokenizer).get_vocab()
        self.nlp = build_nlp(self.course, frozenset(word for word in words if word.isalpha()))
        self._bank_forms: list[str] | None = None

    def forms(self, texts: Sequence[str]) -> list[str]:
        """Comparable words of texts; those of the bank are kept, as every fold asks for them."""
        if len(texts) < 1000:
            return forms_of(self.nlp, texts)
        if self._bank_forms is None:
            self._bank_forms = forms_of(self.nlp, texts)
        return self._bank_forms

    def index(
        self, encoder: SentenceEncoder, head: FactHead | None, marked: Sequence[MarkedResponse] = ()
    ) -> FactIndex:
        """The course's index as an encoder sees it, with the marked responses that it may know."""
        index = build_index(self.course, self.bank, encoder.encode, self.forms, head)
        return replace(index, precedents=self._precedents(index, marked)) if marked else index

    def _precedents(self, index: FactIndex, marked: Sequence[MarkedResponse]) -> Precedents:
        readings = self.read(marked, NoVectors())
        sentences = [sentence for reading in readings for sentence in reading.sentences]
        return precedents_of(
            index.words.transform([sentence.form for sentence in sentences]),
            index.characters.transform([sentence.text for sentence in sentences]),
            [lay_labels(self.course, one, reading).conveyed for one, reading in zip(marked, readings, strict=True)],
            [response.question for response in marked],
        )

    def read(self, responses: Sequence[MarkedResponse], encoder: Any) -> list[Reading]:
        """Readings of responses."""
        return [read_doc(self.nlp(response.layout()[0]), encoder) for response in responses]

    def planted(self) -> list[MarkedResponse]:
        """The marked responses with errors planted in them; what cannot be changed has no part in it."""
        planter = ErrorPlanter(self.course)
        readings = self.read(self.responses, NoVectors())
        return [planter.plant(response, reading) for response, reading in zip(self.responses, readings, strict=True)]

    def rows(self, responses: Sequence[MarkedResponse], held: HeldOut) -> list[TrainingRow]:
        """Rows for fitting and evaluating, of the responses that a scheme holds."""
        return training_rows(self.course, responses, self.read(responses, NoVectors()), held, self.title_forms())

    def title_forms(self) -> dict[str, list[str]]:
        """Comparable words of each question's factor titles."""
        return {q.id: forms_of(self.nlp, [factor.title for factor in q.factors]) for q in self.course.questions}

    def prompts(self) -> dict[str, frozenset[str]]:
        """Content lemmas of each question's prompt."""
        return {q.id: frozenset(forms_of(self.nlp, [q.prompt])[0].split()) for q in self.course.questions}


class NoVectors:
    """An encoder for readings whose vectors are supplied later."""

    def encode(self, sentences: Sequence[str], paragraphs: Sequence[int] | None = None) -> list:
        """One zero vector a sentence."""
        from assistant.nlp.encoder import DIMENSIONS, EncodedSentence

        return [EncodedSentence(np.zeros((1, DIMENSIONS), dtype=np.float32)) for _ in sentences]


def train_course(
    course: str | Path,
    to: Path | None,
    seed: int,
    estimators_only: bool,
    report: Report,
    parts: Path | None = None,
) -> None:
    """Train everything a course needs and write it to a folder, complete or not at all.

    Args:
        course: name or folder of the course.
        to: folder of the models; the project's own by default.
        seed: seeds everything random.
        estimators_only: keep the encoder, heads and held-out signals that are there, and refit the estimators.
        report: receives lines on progress.
        parts: folder that keeps what is done, so that an interrupted training goes on from there; none by default.

    Raises:
        TrainingExtraMissing: if the encoder is to be trained and torch is not installed.
        TrainingError: if `parts` holds parts of another training.
        CourseError, ArtefactError: if the course or the artefacts to be kept are not fit for use.
    """
    load_course(course)  # a course that is not there is told before what else is missing
    target = to or artefacts.models_folder()
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch) / "work"
        work.mkdir()
        if estimators_only:
            manifest = artefacts.read_manifest(target)
            for name in manifest["files"]:
                shutil.copy(artefacts.checked(target, name, manifest), work / name)
            encoder_details = manifest["encoder"]
        else:
            parts = parts or Path(scratch) / "parts"
            parts.mkdir(parents=True, exist_ok=True)
            encoder_details = _train_encoder(course, work, parts, seed, report)
        _fit_estimators(course, work, seed, report, encoder_details)
        target.mkdir(parents=True, exist_ok=True)
        for path in sorted(work.iterdir()):
            if path.name != artefacts.MANIFEST:
                shutil.copy(path, target / path.name)
        # The manifest goes last: until it is there, loading refuses the new files.
        shutil.copy(work / artefacts.MANIFEST, target / artefacts.MANIFEST)
    report(f"Written to {target}.")


def _train_encoder(course: str | Path, work: Path, parts: Path, seed: int, report: Report) -> dict[str, Any]:
    """Train the encoder for every fold and for use; leaves the encoder, heads and held-out signals in `work`.

    Encoders that `parts` already holds for the same material are not trained again.
    """
    from assistant.scoring import encoder_training as training

    shutil.copy(training.base_model_folder() / "tokenizer.json", work / artefacts.TOKENIZER)
    shutil.copy(work / artefacts.TOKENIZER, parts / artefacts.TOKENIZER)
    bench = Workbench(course, work)
    data, facts = _material(bench), len(bench.course.facts)
    claim_parts(parts, training.fingerprint(data, facts, seed))
    report(
        f"Bank: {len(data.bank)} texts of {facts} facts, {len(data.passages)} passages, "
        f"{len(bench.responses)} responses."
    )
    if not (parts / BANK_STAGE).exists():
        training.save_network(training.train_on_bank(data, facts, seed, report), parts / BANK_STAGE)
    numbers = {scheme: sorted(set(fold_of(scheme, bench.course, bench.responses))) for scheme in SCHEMES}
    # Responses to one question cannot be held out by question.
    jobs = [Fold(scheme, number) for scheme in SCHEMES if len(numbers[scheme]) > 1 for number in numbers[scheme]]
    # A thread each does more than two threads on one fold: the networks are small.
    shares = [[None, *jobs][start::FOLD_PROCESSES] for start in range(FOLD_PROCESSES)]
    done = joblib.Parallel(FOLD_PROCESSES)(delayed(_work_off)(course, parts, share, seed, report) for share in shares)
    held = {fold: part for share in done for fold, part in share.items()}
    schemes = {
        scheme: join_held_out([held[fold] for fold in jobs if fold.scheme == scheme])
        for scheme in SCHEMES
        if any(fold.scheme == scheme for fold in jobs)
    }
    shutil.copy(parts / f"{FOR_USE}.onnx", work / artefacts.ENCODER)
    shutil.copy(parts / f"{FOR_USE}-head.npz", work / f"{bench.course.id}-head.npz")
    if schemes:
        save_held_out(work / f"{bench.course.id}-held-out.npz", schemes, [fact.id for fact in bench.course.facts])
    return {"seed": seed, "base": training.BASE_PACKAGE, "trained": datetime.now(UTC).date().isoformat()}


def _material(bench: Workbench) -> TrainingData:
    return make_data(
        bench.course,
        bench.bank,
        [*load_passages(bench.folder), *load_contrasts(bench.folder)],
        bench.responses,
        bench.tokenizer,
        frozenset(bench.course.unscored_lines),
    )


def claim_parts(parts: Path, fingerprint: str) -> None:
    """Make sure that the parts in a folder are of this training and no other.

    Raises:
        TrainingError: if they were made from other material, settings or another seed.
    """
    note = parts / "fingerprint.txt"
    if not note.exists():
        note.write_text(fingerprint, encoding="utf-8")
    elif note.read_text(encoding="utf-8") != fingerprint:
        raise TrainingError(f"{parts} holds parts of another training; choose an empty folder.")


def _tell_of(report: Report, name: str, line: str) -> None:
    report(f"{name}:{line}")


def _work_off(
    course: str | Path, parts: Path, share: Sequence[Fold | None], seed: int, report: Report
) -> dict[Fold, HeldOut]:
    """Train the encoders of some folds (None: for use, on all responses) and read the held-out responses with them."""
    from assistant.scoring import encoder_training as training

    training.use_one_thread()
    bench = Workbench(course, parts)
    stage: training.ResponseStage | None = None
    held_out = {}
    for fold in share:
        name = f"{fold.scheme}-{fold.number}" if fold else FOR_USE
        numbers = fold_of(fold.scheme, bench.course, bench.responses) if fold else []
        held = [r for r, number in zip(bench.responses, numbers, strict=False) if fold and number == fold.number]
        if not (parts / f"{name}-head.npz").exists():
            if stage is None:
                data, facts = _material(bench), len(bench.course.facts)
                stage = training.ResponseStage(training.load_network(parts / BANK_STAGE, facts), data, facts, seed)
            known = [response.id for response in bench.responses if response not in held]
            network = stage.train(known, partial(_tell_of, report, name))
            training.export_encoder(network, parts / f"{name}.onnx")
            # The head goes last: where it is, the encoder is whole.
            save_head(parts / f"{name}-head.npz", bench.course, training.head_of(network))
        if fold:
            head = load_head(parts / f"{name}-head.npz", bench.course)
            assert head is not None, "the fingerprint covers the facts"
            held_out[fold] = signals_of(bench, parts / f"{name}.onnx", head, held, fold.number)
            report(f"{name}: {len(held)} responses read")
    return held_out


def signals_of(
    bench: Workbench, encoder_path: Path, head: FactHead, held: Sequence[MarkedResponse], fold: int
) -> HeldOut:
    """What a fold's encoder, as it would ship, says of the responses it never saw, as written and with errors planted."""
    encoder = SentenceEncoder(encoder_path, encoder_path.parent / artefacts.TOKENIZER)
    names = {response.id for response in held}
    known = [response for response in bench.responses if response.id not in names]
    responses = [*held, *(response for response in bench.planted() if source_of(response.id) in names)]
    reader = SignalReader(bench.course, bench.index(encoder, head, known))
    readings = bench.read(responses, encoder)
    titles = {}
    for question in bench.course.questions:
        encoded = encoder.encode([factor.title for factor in question.factors])
        titles[fold, question.id] = np.stack([sentence.mean for sentence in encoded])
    return HeldOut(
        tuple(response.id for response in responses),
        (fold,) * len(responses),
        tuple(reader.read(reading, response.question) for reading, response in zip(readings, responses, strict=True)),
        tuple(np.stack([sentence.mean for sentence in reading.encoded]) for reading in readings),
        titles,
    )


def join_held_out(parts: Sequence[HeldOut]) -> HeldOut:
    """The folds of a scheme as one."""
    return HeldOut(
        tuple(key for part in parts for key in part.ids),
        tuple(fold for part in parts for fold in part.folds),
        tuple(signals for part in parts for signals in part.signals),
        tuple(vectors for part in parts for vectors in part.vectors),
        {key: value for part in parts for key, value in part.titles.items()},
    )


def save_head(path: Path, course: Course, head: FactHead) -> None:
    """Keep the heads as plain arrays; the file appears whole or not at all."""
    arrays: dict[str, Any] = {
        "facts": np.array([fact.id for fact in course.facts]),
        "query": head.query.astype(np.float16),
        "value": head.value.astype(np.float16),
        "about_value": head.about_value.astype(np.float16),
        "bias": head.bias,
        "about_bias": head.about_bias,
        "scalars": np.array([head.sharpness, head.scale, head.mix], dtype=np.float32),
    }
    unfinished = path.with_name(f"unfinished-{path.name}")
    np.savez_compressed(unfinished, **arrays)
    unfinished.replace(path)


def load_head(path: Path, course: Course) -> FactHead | None:
    """The trained heads of a course, in the order of its facts; None if they know other facts."""
    with np.load(path, allow_pickle=False) as arrays:
        order = {fact: i for i, fact in enumerate(arrays["facts"].tolist())}
        if set(order) != {fact.id for fact in course.facts}:
            return None
        rows = [order[fact.id] for fact in course.facts]
        sharpness, scale, mix = (float(value) for value in arrays["scalars"])
        return FactHead(
            arrays["query"][rows].astype(np.float32),
            arrays["value"][rows].astype(np.float32),
            arrays["bias"][rows],
            arrays["about_value"][rows].astype(np.float32),
            arrays["about_bias"][rows],
            sharpness,
            scale,
            mix,
        )


def _fit_estimators(course: str | Path, work: Path, seed: int, report: Report, encoder_details: dict[str, Any]) -> None:
    bench = Workbench(course, work)
    encoder = SentenceEncoder(work / artefacts.ENCODER, work / artefacts.TOKENIZER)
    head = load_head(work / f"{bench.course.id}-head.npz", bench.course)
    if head is None:
        raise artefacts.ArtefactError(
            "The facts of the course have changed since its encoder was trained; train it again."
        )
    report("Indexing the bank of wordings ...")
    index = bench.index(encoder, head, bench.responses)
    reader = SignalReader(bench.course, index)
    schemes = load_held_out(work / f"{bench.course.id}-held-out.npz", [fact.id for fact in bench.course.facts])
    held = schemes.get("response") or schemes["question"]
    report("Fitting the estimators ...")
    rows, planted = bench.rows(bench.responses, held), bench.rows(bench.planted(), held)
    models = fit_models(bench.course, reader, rows, bench.prompts(), seed, planted)
    # For courses without trained logits only the deciders differ: they must do with similarities.
    labels = [lay_labels(bench.course, row.response, row.reading) for row in rows]
    spoilt = [(row, lay_labels(bench.course, row.response, row.reading)) for row in planted]
    plain = fit_deciders(rows, labels, with_head=False, seed=seed, planted=spoilt)
    general = replace(
        models,
        facts=plain.facts,
        errors=plain.errors,
        fact_threshold=plain.fact_threshold,
        error_threshold=plain.error_threshold,
    )
    # Uncompressed: they are opened at every start.
    joblib.dump(artefacts.CourseArtefact(index, models), work / f"{bench.course.id}.joblib")
    joblib.dump(artefacts.CourseArtefact(index=None, models=general), work / "general.joblib")  # type: ignore[arg-type]
    artefacts.write_manifest(
        work,
        {
            "version": __version__,
            "encoder": encoder_details,
            "seed": seed,
            "course": {"id": bench.course.id, "version": bench.course.version, "responses": len(bench.responses)},
            "signals": list(NAMES),
            "thresholds": {"fact": round(models.fact_threshold, 4), "error": round(models.error_threshold, 4)},
        },
    )
