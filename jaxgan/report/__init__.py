"""Reports of a run as an HTML page and as Markdown, written from the records on disk."""

from jaxgan.report.compare import compare
from jaxgan.report.index import runs_in, write_index
from jaxgan.report.markdown import claims, scores, summarize
from jaxgan.report.write import write_report

__all__ = ["claims", "compare", "runs_in", "scores", "summarize", "write_index", "write_report"]
