"""Experiments: cells that return records, and claims and pictures based on the records."""

from jaxgan.study.check import check
from jaxgan.study.claims import Claim, Verdict, advantage, judge, threshold
from jaxgan.study.classified import CLASSIFIER_METRICS, ClassifierScore
from jaxgan.study.classifiers import cached_classifier
from jaxgan.study.experiment import Cell, Experiment, MissingData, Scale
from jaxgan.study.folder import Run, read_run
from jaxgan.study.gaps import critic_gaps
from jaxgan.study.grid import grid
from jaxgan.study.measures import ImageMeasure, PointMeasure, Real
from jaxgan.study.mixture import MIXTURE_METRICS, MixtureScore
from jaxgan.study.moment import Measure, Measurement, Moment
from jaxgan.study.picture import Metric, Picture
from jaxgan.study.pictures import (
    Curves,
    Fields,
    Interpolation,
    Neighbors,
    Overlay,
    Plans,
    Points,
    Profile,
    Progress,
    Quantities,
    Samples,
    SampleTable,
    Scores,
    Successes,
    Surfaces,
    Texts,
)
from jaxgan.study.ranks import rank_correlation
from jaxgan.study.records import Record, Records, Series
from jaxgan.study.results import Results, read_results
from jaxgan.study.run import run
from jaxgan.study.sample_score import SampleScore
from jaxgan.study.scoring import Scorer, scorer
from jaxgan.study.shuffled import shuffled
from jaxgan.study.spectra import critic_spectra, effective_rank
from jaxgan.study.stacked import StackedMeasure
from jaxgan.study.sweep import Sweep
from jaxgan.study.training import Training

__all__ = [
    "CLASSIFIER_METRICS",
    "MIXTURE_METRICS",
    "Cell",
    "Claim",
    "ClassifierScore",
    "Curves",
    "Experiment",
    "Fields",
    "ImageMeasure",
    "Interpolation",
    "Measure",
    "Measurement",
    "Metric",
    "MissingData",
    "MixtureScore",
    "Moment",
    "Neighbors",
    "Overlay",
    "Picture",
    "Plans",
    "PointMeasure",
    "Points",
    "Profile",
    "Progress",
    "Quantities",
    "Real",
    "Record",
    "Records",
    "Results",
    "Run",
    "SampleScore",
    "SampleTable",
    "Samples",
    "Scale",
    "Scorer",
    "Scores",
    "Series",
    "StackedMeasure",
    "Successes",
    "Surfaces",
    "Sweep",
    "Texts",
    "Training",
    "Verdict",
    "advantage",
    "cached_classifier",
    "check",
    "critic_gaps",
    "critic_spectra",
    "effective_rank",
    "grid",
    "judge",
    "rank_correlation",
    "read_results",
    "read_run",
    "run",
    "scorer",
    "shuffled",
    "threshold",
]
