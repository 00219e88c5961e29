"""What scoring needs of the world outside: something that reads a text and says how likely it is an attack."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol

import msgspec

Head = Literal["hate", "abuse", "threat", "risk"]
HEADS: tuple[Head, ...] = ("hate", "abuse", "threat", "risk")


class Scores(msgspec.Struct, frozen=True):
    """What a model says of one text: calibrated probabilities from 0 to 1, and which model said it."""

    hate: float
    """An attack on people for what they are."""
    abuse: float
    """Insulting or degrading, whoever is meant."""
    threat: float
    """A wish, a threat or a call for violence."""
    risk: float
    """The one number that orders a queue. On a local model it is what the operator's own decisions taught."""
    language: str
    """``en``, ``fr``, ``ar`` or ``und``: a guess."""
    model: str
    """Name and version of the model; the same name always scores the same."""
    view: str
    """How the text was prepared before it was read."""
    stage: Literal["linear", "encoder", "none"] = "linear"
    """Which stage of the cascade had the last word."""


class Point(msgspec.Struct, frozen=True):
    """An operating point: what policy uses. Precision and recall as measured on the model's test part."""

    head: Head
    name: str
    """``auto_hold``, ``hold_review``, ``queue``."""
    threshold: float
    """At or above it the point is met."""
    precision: float
    recall: float
    false_alarms: float
    """Share of harmless texts of the test part that meet it."""


class Classifier(Protocol):
    """Scores texts. Pure computation: no network, no database; the same text and model give the same scores."""

    @property
    def version(self) -> str:
        """The name of the model that is live now."""

    @property
    def points(self) -> tuple[Point, ...]:
        """The operating points of the live model; none where there is no model."""

    def quick(self, text: str) -> Scores:
        """The first stage alone, for one text, in less than a millisecond."""

    def score(self, texts: Sequence[str], *, thorough: bool = False) -> list[Scores]:
        """All texts in their order: the first stage for each, the encoder for those in the uncertain band.

        ``thorough`` runs the encoder on every text: the best quality, about fifty times the work.
        """


class Examples(msgspec.Struct, frozen=True):
    """Texts with what people decided about them: True where it broke a rule."""

    texts: tuple[str, ...]
    labels: tuple[bool, ...]


Told = Callable[[str, int, int], None]
"""Told of progress: what is being done, how many are done, of how many."""


class Learner(Protocol):
    """Fits local models on an operator's own decisions and keeps them by name."""

    def fit(self, train: Examples, told: Told) -> "Fitted":
        """A new model. Minutes on two cores for ten thousand texts. Raises Invalid where there is nothing to learn."""

    def live(self) -> str:
        """The name of the model that is live: ``shipped`` or a local one."""

    def use(self, name: str) -> None:
        """Take a model live; running processes follow within seconds. Raises NotFound."""

    def kept(self) -> list["Kept"]:
        """Every model that can be used, the newest first, ``shipped`` last."""

    def keep(self, fitted: "Fitted", facts: "Facts") -> str:
        """Write a fitted model beside the others and return its name. It is not live by that."""

    def risks(self, name: str, texts: Sequence[str], told: Told) -> list[float]:
        """What a model that is kept says of texts, the encoder on each. Raises NotFound."""


class Fitted(Protocol):
    """A model that was fitted and is not kept yet."""

    def risks(self, texts: Sequence[str], told: Told) -> list[float]:
        """The risk of each text."""

    def save(self, folder: Path) -> None:
        """Write everything the model is."""


class Facts(msgspec.Struct, frozen=True):
    """How a local model came to be and how good it was on what was held back."""

    made_at: int
    """ms since the epoch, UTC."""
    texts: int
    positives: int
    held_back: int
    auc: float
    """Area under the curve on the part held back; 0.5 is a coin."""
    auc_live: float
    """Of the model that was live then, on the same part."""
    source: str


class Kept(msgspec.Struct, frozen=True):
    """A model that can be used."""

    name: str
    live: bool
    facts: Facts | None
