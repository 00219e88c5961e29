"""The encoder that is trained: a small BERT, the mean of its last layer, one logit for each head. Needs torch."""

import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from tools.train_classifier.corpus import HEADS, KINDS, Example

MAX_TOKENS: Final = 80
MIDDLE: Final = 3
_BATCH: Final = 32
_WARM: Final = 300  # steps
# Threats are the fewest and matter most; the heads' losses are added with these weights.
_HEAD_WEIGHTS: Final = (1.0, 0.7, 1.0)
_KINDS_WEIGHT: Final = 0.3
KIND_NAMES: Final = tuple(kind for kinds in KINDS.values() for kind in kinds)
_SOURCES: Final = (*KINDS, "toxic_spans", "surge")
_COLUMNS: Final = {
    source: torch.tensor([float(kind in kinds) for kind in KIND_NAMES]) for source, kinds in KINDS.items()
}
_NOTHING: Final = torch.zeros(len(KIND_NAMES))


class Encoder(nn.Module):
    """Token ids in; logits (n, 3), mean of the last layer (n, 384) and of the middle one (n, 384) out.

    ``kinds`` and ``lean`` are for training: the finer labels of each set, and how much more often a set says hate and
    abuse than others do. With the second the encoder need not learn to tell the sets apart.
    """

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(base, add_pooling_layer=False, attn_implementation="eager")
        self.drop = nn.Dropout(0.1)
        self.heads = nn.Linear(self.bert.config.hidden_size, len(HEADS))
        self.kinds = nn.Linear(self.bert.config.hidden_size, len(KIND_NAMES))
        self.lean = nn.Embedding(len(_SOURCES) + 1, len(HEADS))
        nn.init.zeros_(self.lean.weight)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Logits, the mean of the last layer, the mean of the middle one."""
        out = self.bert(input_ids=ids, attention_mask=mask, output_hidden_states=True)
        weights = mask.unsqueeze(-1).to(out.last_hidden_state.dtype)
        total = weights.sum(1).clamp(min=1)
        last = (out.last_hidden_state * weights).sum(1) / total
        middle = (out.hidden_states[MIDDLE] * weights).sum(1) / total
        return self.heads(self.drop(last)), last, middle


def batches(
    tokenizer: Tokenizer, texts: Sequence[str], size: int, *, shuffle: torch.Generator | None = None
) -> Iterator[tuple[list[int], torch.Tensor, torch.Tensor]]:
    """Places in ``texts``, ids and mask; texts of like length go together, so that little is padding."""
    encoded = [item.ids for item in tokenizer.encode_batch(list(texts))]
    order = list(range(len(texts)))
    if shuffle is not None:
        order = torch.randperm(len(texts), generator=shuffle).tolist()
        chunk = size * 60
        order = [
            i
            for at in range(0, len(order), chunk)
            for i in sorted(order[at : at + chunk], key=lambda i: len(encoded[i]))
        ]
    else:
        order.sort(key=lambda i: len(encoded[i]))
    groups = [order[at : at + size] for at in range(0, len(order), size)]
    if shuffle is not None:
        groups = [groups[i] for i in torch.randperm(len(groups), generator=shuffle).tolist()]
    for group in groups:
        longest = max(len(encoded[i]) for i in group)
        ids = torch.zeros(len(group), longest, dtype=torch.long)
        mask = torch.zeros(len(group), longest, dtype=torch.long)
        for row, i in enumerate(group):
            ids[row, : len(encoded[i])] = torch.tensor(encoded[i])
            mask[row, : len(encoded[i])] = 1
        yield group, ids, mask


def tokenizer_of(base: Path, longest: int = MAX_TOKENS) -> Tokenizer:
    """The base's tokenizer, cut at ``longest`` tokens, without padding."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    return tokenizer


def _groups(model: Encoder, rate: float) -> list[dict[str, Any]]:
    heads = [*model.heads.parameters(), *model.kinds.parameters(), *model.lean.parameters()]
    return [{"params": list(model.bert.parameters()), "lr": rate}, {"params": heads, "lr": rate * 10}]


def _loss(model: Encoder, last: torch.Tensor, examples: list[Example]) -> torch.Tensor:
    """The heads' loss, each on its set's own footing, and a share of the finer labels'."""
    source = torch.tensor([_SOURCES.index(e.source) if e.source in _SOURCES else len(_SOURCES) for e in examples])
    # Our own sentences, and threat, have no footing but the common one.
    footing = model.lean(source) * (source < len(_SOURCES)).unsqueeze(1) * torch.tensor([1.0, 1.0, 0.0])
    target = torch.tensor([[0.0 if v is None else v for v in e.labels] for e in examples])
    known = torch.tensor([[0.0 if v is None else e.weight for v in e.labels] for e in examples])
    fine = torch.tensor([[float(kind in e.kinds) for kind in KIND_NAMES] for e in examples])
    told = torch.stack([_COLUMNS.get(e.source, _NOTHING) for e in examples])
    dropped = model.drop(last)
    heads = _masked(model.heads(dropped) + footing, target, known * torch.tensor(_HEAD_WEIGHTS))
    return heads + _KINDS_WEIGHT * _masked(model.kinds(dropped), fine, told)


def _masked(logits: torch.Tensor, target: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    each = nn.functional.binary_cross_entropy_with_logits(logits.float(), target, reduction="none")
    return (each * known).sum() / known.sum().clamp(min=1)


def train(
    model: Encoder, base: Path, epochs: list[list[Example]], *, seed: int, rate: float, checkpoint: Path, skip: int = 0
) -> None:
    """Train in place, a line of progress every hundred steps, a checkpoint after every two hundred and fifty.

    ``skip`` goes on from a checkpoint that was made after so many steps: the order of texts and the rate are the same.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    tokenizer = tokenizer_of(base)
    optimizer = torch.optim.AdamW(_groups(model, rate), weight_decay=0.01, fused=True)
    total = sum(math.ceil(len(texts) / _BATCH) for texts in epochs)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / _WARM, max(0.02, (total - step) / total))
    )
    step, seen, begun, running = 0, 0, time.monotonic(), 0.0
    model.train()
    for texts in epochs:
        for places, ids, mask in batches(tokenizer, [e.text for e in texts], _BATCH, shuffle=generator):
            if step < skip:
                step += 1
                schedule.step()
                continue
            with torch.autocast("cpu", dtype=torch.bfloat16):
                _, last, _ = model(ids, mask)
            loss = _loss(model, last.float(), [texts[i] for i in places])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step, seen, running = step + 1, seen + len(places), 0.98 * running + 0.02 * loss.item()
            if step % 100 == 0:
                took = time.monotonic() - begun
                print(
                    f"step {step}/{total} loss {running / (1 - 0.98 ** (step - skip)):.4f} {seen / took:.0f} texts/s",
                    flush=True,
                )
            if step % 250 == 0 or step == total:
                torch.save(model.state_dict(), checkpoint)


@torch.inference_mode()
def scores(model: Encoder, base: Path, texts: Sequence[str], longest: int = 128) -> torch.Tensor:
    """Logits of the heads, then of the KIND_NAMES, in the order of ``texts``."""
    model.eval()
    out = torch.zeros(len(texts), len(HEADS) + len(KIND_NAMES))
    for places, ids, mask in batches(tokenizer_of(base, longest), texts, 64):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits, last, _ = model(ids, mask)
            out[places] = torch.cat([logits, model.kinds(last)], dim=1).float()
    return out
