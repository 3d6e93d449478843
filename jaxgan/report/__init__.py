"""What a run found, as a page to look at and as Markdown to quote; drawn from records on disk."""

from jaxgan.report.markdown import claims, scores, summarize
from jaxgan.report.write import write_report

__all__ = ["claims", "scores", "summarize", "write_report"]
