"""The one table of attribution methods, each describing itself.

Knows names, papers, options and traits; loads no torch. How a method computes is the module
that its row names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.errors import InputError

Cost = Literal["cheap", "moderate", "slow"]
"""Cheap: a pass or two of the model. Moderate: tens of passes. Slow: hundreds."""


@dataclass(frozen=True, slots=True)
class MethodOption:
    """One number that a user may set."""

    name: str
    default: float
    low: float  # inclusive
    high: float  # inclusive
    sentence: str
    whole: bool = True  # a whole number

    def problem(self, value: object) -> str:
        """What is wrong with a value, as half a sentence; empty if it can be used."""
        kinds = (int,) if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            return f"must be a {'whole ' if self.whole else ''}number"
        if not self.low <= value <= self.high:
            return f"must be from {self.low:g} to {self.high:g}"
        return ""


@dataclass(frozen=True, slots=True)
class Method:
    """One way to score words."""

    name: str  # an identifier
    title: str
    sentence: str  # what a score is
    paper: str
    url: str
    function: str  # "module:function", see core.attribution.running
    signed: bool  # negative scores speak against the target
    by_class: bool  # False: the same scores whichever class is explained
    cost: Cost
    baseline: bool = False  # compares with the text whose words are the mask token
    completeness: bool = False  # scores and residual are meant to sum to f(x) − f(baseline)
    seeded: bool = False  # draws random numbers
    options: tuple[MethodOption, ...] = ()

    def values(self, given: Mapping[str, float]) -> dict[str, float]:
        """Values of all options; those that are not given keep their defaults.

        Raises:
            InputError: an unknown option, or a value out of its range.
        """
        options = {option.name: option for option in self.options}
        for name, value in given.items():
            if name not in options:
                known = f"It has {', '.join(options)}." if options else "It has none."
                raise InputError(f"{self.title} has no option {str(name)[:40]!r}.", known)
            if problem := options[name].problem(value):
                raise InputError(f"{self.title}: {name} {problem}.", options[name].sentence)
        return {name: given.get(name, option.default) for name, option in options.items()}


_SAMPLES = "Variants of the text that are tried; more are steadier and slower."

METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        Method(
            "cosine",
            "Cosine triggers",
            "How close a word's last hidden state lies to that of the first token.",
            "Wang et al. 2024 (WASSA)",
            "https://openreview.net/forum?id=KOzgdHJ7Zx",
            "core.attribution.states:cosine",
            signed=False,
            by_class=False,
            cost="cheap",
        ),
        Method(
            "contribution",
            "Contribution",
            "A word's own part of the logit in a model that pools the mean: an exact sum.",
            "ours; pools the mean, as the paper's E5 and BGE-M3 do",
            "",
            "core.attribution.states:contribution",
            signed=True,
            by_class=True,
            cost="cheap",
        ),
        Method(
            "saliency",
            "Saliency",
            "How strongly the explained logit reacts to a small change of a word's embedding.",
            "Simonyan et al. 2014",
            "https://arxiv.org/abs/1312.6034",
            "core.attribution.gradients:saliency",
            signed=False,
            by_class=True,
            cost="cheap",
        ),
        Method(
            "input_x_gradient",
            "Input × Gradient",
            "The gradient at a word's embedding, times that embedding.",
            "Shrikumar et al. 2016",
            "https://arxiv.org/abs/1605.01713",
            "core.attribution.gradients:input_x_gradient",
            signed=True,
            by_class=True,
            cost="cheap",
        ),
        Method(
            "gradient_attention",
            "Gradient × Attention",
            "Attention that raises the explained logit, followed from layer to layer.",
            "Chefer et al. 2021 (ICCV)",
            "https://arxiv.org/abs/2103.15679",
            "core.attribution.attention:gradient_attention",
            signed=False,
            by_class=True,
            cost="cheap",
        ),
        Method(
            "attention_rollout",
            "Attention rollout",
            "Attention followed from layer to layer, whatever the class.",
            "Abnar and Zuidema 2020",
            "https://aclanthology.org/2020.acl-main.385/",
            "core.attribution.attention:rollout",
            signed=False,
            by_class=False,
            cost="cheap",
        ),
        Method(
            "occlusion",
            "Occlusion",
            "What the explained logit loses when a word is masked.",
            "Zeiler and Fergus 2014",
            "https://arxiv.org/abs/1311.2901",
            "core.attribution.perturbation:occlusion",
            signed=True,
            by_class=True,
            cost="moderate",
            baseline=True,
            options=(
                MethodOption("window", 1, 1, 10, "Neighbouring words that are masked together."),
            ),
        ),
        Method(
            "feature_ablation",
            "Feature ablation",
            "What the explained logit loses when a word is taken out and the gap closed.",
            "Li et al. 2016",
            "https://arxiv.org/abs/1612.08220",
            "core.attribution.perturbation:feature_ablation",
            signed=True,
            by_class=True,
            cost="moderate",
        ),
        Method(
            "integrated_gradients",
            "Integrated Gradients",
            "Gradients along the way from a text of masks to the text, summed.",
            "Sundararajan et al. 2017",
            "https://arxiv.org/abs/1703.01365",
            "core.attribution.gradients:integrated_gradients",
            signed=True,
            by_class=True,
            cost="moderate",
            baseline=True,
            completeness=True,
            options=(
                MethodOption(
                    "tolerance",
                    0.01,
                    0.0001,
                    0.5,
                    "Steps are doubled until the completeness delta is below this.",
                    whole=False,
                ),
                MethodOption("steps", 12, 2, 256, "Gauss-Legendre steps to begin with."),
                MethodOption("most_steps", 256, 2, 2048, "Steps at which doubling ends."),
            ),
        ),
        Method(
            "gradient_shap",
            "GradientSHAP",
            "Gradients at random points between a text of masks and the text, averaged.",
            "Lundberg and Lee 2017",
            "https://arxiv.org/abs/1705.07874",
            "core.attribution.gradients:gradient_shap",
            signed=True,
            by_class=True,
            cost="moderate",
            baseline=True,
            completeness=True,
            seeded=True,
            options=(MethodOption("samples", 32, 4, 1024, _SAMPLES),),
        ),
        Method(
            "lime",
            "LIME",
            "Weights of a linear model fitted to texts with random words masked.",
            "Ribeiro et al. 2016",
            "https://arxiv.org/abs/1602.04938",
            "core.attribution.perturbation:lime",
            signed=True,
            by_class=True,
            cost="slow",
            baseline=True,
            seeded=True,
            options=(MethodOption("samples", 300, 20, 10_000, _SAMPLES),),
        ),
        Method(
            "kernel_shap",
            "KernelSHAP",
            "Shapley values of the words, estimated from texts with random words masked.",
            "Lundberg and Lee 2017",
            "https://arxiv.org/abs/1705.07874",
            "core.attribution.perturbation:kernel_shap",
            signed=True,
            by_class=True,
            cost="slow",
            baseline=True,
            completeness=True,
            seeded=True,
            options=(MethodOption("samples", 300, 20, 10_000, _SAMPLES),),
        ),
        Method(
            "random",
            "Random words",
            "Random numbers: what any method must beat.",
            "a control",
            "",
            "core.attribution.states:chance",
            signed=False,
            by_class=False,
            cost="cheap",
            seeded=True,
        ),
    )
}
"""Methods by name, in the order in which they are shown."""


def method_of(name: str) -> Method:
    """The row of a name.

    Raises:
        InputError: there is none.
    """
    if name not in METHODS:
        raise InputError(
            f"The method {str(name)[:40]!r} is not known.", f"Use one of {', '.join(METHODS)}."
        )
    return METHODS[name]


CHEAP = tuple(name for name, method in METHODS.items() if method.cost == "cheap")
"""Those that answer at once."""

USUAL = (*CHEAP, "occlusion", "integrated_gradients")
"""What is computed where nothing else is asked for."""
