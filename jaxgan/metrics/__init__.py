"""Measures of generated examples, each with its best value on real data."""

from jaxgan.metrics.classifier import Classifier, features, probabilities, train_classifier
from jaxgan.metrics.coverage import Coverage, mode_coverage
from jaxgan.metrics.distances import frechet_distance, frechet_floor
from jaxgan.metrics.ngrams import ngram_js
from jaxgan.metrics.scores import classifier_scores, inception_score

__all__ = [
    "Classifier",
    "Coverage",
    "classifier_scores",
    "features",
    "frechet_distance",
    "frechet_floor",
    "inception_score",
    "mode_coverage",
    "ngram_js",
    "probabilities",
    "train_classifier",
]
