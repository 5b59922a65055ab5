"""Recognises handwritten digits of 8 × 8 pixels, each from 0 to 16. The module holds the model."""

from collections.abc import Iterator
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

_digits = load_digits()
_train_images, _test_images, _train_labels, _test_labels = train_test_split(
    _digits.data, _digits.target, test_size=0.25, random_state=0, stratify=_digits.target
)
_model = MLPClassifier(hidden_layer_sizes=(64,), learning_rate_init=0.003, random_state=0)


class Epoch(TypedDict):
    epoch: int
    loss: float
    accuracy: float


class Evaluation(TypedDict):
    images: int
    accuracy: float
    confusion: NDArray[np.int64]


def train(epochs: int = 15) -> Iterator[Epoch]:
    """Trains on all training images once per epoch, and reports the accuracy on the test images."""
    for epoch in range(1, epochs + 1):
        _model.partial_fit(_train_images, _train_labels, classes=_digits.target_names)
        yield {"epoch": epoch, "loss": _model.loss_, "accuracy": _model.score(_test_images, _test_labels)}


def is_trained() -> bool:
    return hasattr(_model, "classes_")


def evaluate() -> Evaluation:
    predicted = _model.predict(_test_images)
    return {
        "images": len(_test_images),
        "accuracy": float(np.mean(predicted == _test_labels)),
        "confusion": confusion_matrix(_test_labels, predicted),
    }


def sample(digit: int) -> NDArray[np.float64]:
    """Returns a test image of this digit."""
    return _test_images[_test_labels == digit][0]


def predict(images: list[Any]) -> NDArray[np.int64]:
    return _model.predict(np.asarray(images))
