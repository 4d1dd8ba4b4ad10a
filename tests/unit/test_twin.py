"""The eager twin: the same answers and weights, its own attention, and nobody else's hooks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch

from core.modules import MeanPooledClassifier, eager_twin

IDS = torch.tensor([[0, 5, 9, 2], [0, 7, 2, 1]])
MASK = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])


@pytest.fixture(params=["bert", "xlmr", "mean"])
def make(request: pytest.FixtureRequest, tiny: Any) -> Callable[[], Any]:
    made = {
        "bert": tiny.bert,
        "xlmr": tiny.xlmr,
        "mean": lambda: MeanPooledClassifier(tiny.xlmr_encoder()).eval(),
    }
    found: Callable[[], Any] = made[request.param]
    return found


def backbone(module: Any) -> Any:
    """The part that tells attention."""
    return module.backbone if isinstance(module, MeanPooledClassifier) else module.base_model


def test_a_twin_answers_alike_on_the_same_weights(make: Callable[[], Any]) -> None:
    module = make()
    twin = eager_twin(module)
    assert type(twin) is type(module)
    ours, theirs = (list(one.state_dict(keep_vars=True).values()) for one in (module, twin))
    assert all(a is b for a, b in zip(ours, theirs, strict=True))
    with torch.inference_mode():
        plain = module(input_ids=IDS, attention_mask=MASK).logits
        told = twin(input_ids=IDS, attention_mask=MASK).logits
    assert torch.allclose(plain, told, atol=1e-5)


def test_weights_stay_shared_when_they_change_or_move(make: Callable[[], Any]) -> None:
    module = make()
    twin = eager_twin(module)
    with torch.no_grad():
        for weight in module.parameters():
            weight.mul_(0.5)
    module.double()
    with torch.inference_mode():
        plain = module(input_ids=IDS, attention_mask=MASK).logits
        told = twin(input_ids=IDS, attention_mask=MASK).logits
    assert told.dtype == torch.float64 and torch.allclose(plain, told, atol=1e-9)


def test_only_the_twin_tells_its_attention(make: Callable[[], Any]) -> None:
    module = make()
    with torch.inference_mode():  # leaves transformers' own hooks in the module
        module(input_ids=IDS, attention_mask=MASK, output_hidden_states=True)
    before = backbone(module).config._attn_implementation
    twin = backbone(eager_twin(module))
    with torch.inference_mode():
        found = twin(input_ids=IDS, attention_mask=MASK, output_attentions=True).attentions
    assert len(found) == twin.config.num_hidden_layers, "each layer once"
    for layer in found:  # (B, heads, T, T)
        assert torch.allclose(layer.sum(dim=-1), torch.ones(()), atol=1e-5)
        assert float(layer[1, :, :, 3].max()) == 0, "padding is not looked at"
    assert backbone(module).config._attn_implementation == before == "sdpa"
    assert twin.config is not backbone(module).config


def test_hooks_of_others_do_not_run_in_the_twin_nor_leave_the_module(
    make: Callable[[], Any],
) -> None:
    module, seen = make(), []
    for part in module.modules():
        part.register_forward_hook(lambda *_: seen.append("after"))
        part.register_forward_pre_hook(lambda *_: seen.append("before"))
        if isinstance(part, torch.nn.Linear):
            part.register_full_backward_hook(lambda *_: seen.append("back"))
    twin = eager_twin(module)
    twin(input_ids=IDS, attention_mask=MASK).logits.sum().backward()
    assert not seen
    with torch.inference_mode():
        module(input_ids=IDS, attention_mask=MASK)
    assert {"after", "before"} <= set(seen)


def test_mode_and_gradients_of_the_module_stay(make: Callable[[], Any]) -> None:
    module = make().train()
    wanted = [weight.requires_grad for weight in module.parameters()]
    twin = eager_twin(module)
    assert module.training and not any(part.training for part in twin.modules())
    assert all(part.training for part in module.modules())
    assert [weight.requires_grad for weight in module.parameters()] == wanted


def test_twins_are_made_while_the_module_is_used(make: Callable[[], Any]) -> None:
    """Hidden states are asked for in other threads, which adds hooks to the module meanwhile."""
    for _ in range(5):
        module = make()

        def used(module: Any = module) -> Any:
            with torch.inference_mode():
                return module(input_ids=IDS, attention_mask=MASK, output_hidden_states=True)

        def told(module: Any = module) -> int:
            twin = backbone(eager_twin(module))
            with torch.inference_mode():
                output = twin(input_ids=IDS, attention_mask=MASK, output_attentions=True)
            return len(output.attentions)

        with ThreadPoolExecutor(6) as pool:
            jobs = [pool.submit(one) for one in [used, told] * 6]
            found = [job.result() for job in jobs]
        layers = backbone(module).config.num_hidden_layers
        assert [one for one in found if isinstance(one, int)] == [layers] * 6
