"""The small form of a checkpoint, refused where it would answer otherwise.

Knows how two forms of one model are compared; the form itself is
``core.packing``.
"""

import random
from pathlib import Path

import torch

from core.checkpoints import check_output, read_manifest, update_manifest
from core.data import read_texts
from core.errors import ModelError
from core.loading import load_emotion_model, pack_checkpoint
from core.translators import load_unit
from train.config import PackConfig
from train.run import Run
from train.training.loop import prepare


def run(config: PackConfig, run: Run) -> dict[str, object]:
    """Pack aside, compare on the probe set, put in place."""
    check_output(Path(config.output))
    device = prepare(config)
    texts = [text for path in config.probe for text in read_texts(path)]
    texts = random.Random(config.seed).sample(texts, min(config.probes, len(texts)))
    role = read_manifest(Path(config.model)).role
    compare = _next_pieces if role == "translator" else _labels
    with run.scratch() as scratch:
        run.stage("packing")
        packed = Path(scratch) / "packed"
        pack_checkpoint(Path(config.model), packed)
        run.stage("comparing")
        figures = compare(config.model, str(packed), texts, device)
        for name, value in figures.items():
            run.metric(name, value)
        if figures["agreement"] < config.agreement:
            raise ModelError(
                f"Packed, {config.model} keeps only {figures['agreement']:.2%} of its answers.",
                "Ship it unpacked, or lower agreement=.",
            )
    manifest = pack_checkpoint(Path(config.model), Path(config.output))
    metrics = {**manifest.metrics, "packing": {**figures, "probes": len(texts)}}
    update_manifest(Path(config.output), metrics=metrics)
    size = sum(file.stat().st_size for file in Path(config.output).iterdir())
    run.saved(config.output)
    return {**figures, "probes": len(texts), "megabytes": size / 1e6}


def _labels(plain: str, packed: str, texts: list[str], device: str) -> dict[str, float]:
    """Share of texts with the same label, and the largest change of a probability."""
    before = load_emotion_model(plain, device=device).probabilities(texts)
    after = load_emotion_model(packed, device=device).probabilities(texts)
    same = before.argmax(axis=1) == after.argmax(axis=1)
    return {"agreement": float(same.mean()), "largest_change": float(abs(before - after).max())}


def _next_pieces(plain: str, packed: str, texts: list[str], device: str) -> dict[str, float]:
    """Share of decoder steps with the same best next piece, along the plain model's output."""
    before, after = load_unit(plain, device)[0], load_unit(packed, device)[0]
    same = total = 0
    for start in range(0, len(texts), 16):
        batch = before.tokenizer(
            texts[start : start + 16],
            return_tensors="pt",
            padding=True,
            truncation=True,
            max_length=100,
        ).to(device)
        with torch.inference_mode():
            output = before.module.generate(
                **batch, num_beams=1, max_length=None, max_new_tokens=80
            )
            steps = [
                unit.module(**batch, decoder_input_ids=output[:, :-1]).logits.argmax(dim=-1)
                for unit in (before, after)
            ]
        real = output[:, 1:] != before.tokenizer.pad_token_id  # (B, T')
        same += int((steps[0] == steps[1])[real].sum())
        total += int(real.sum())
    return {"agreement": same / max(total, 1)}
