"""Pictures as PNG files, drawn by matplotlib, which the extra `report` brings."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sakuga.core.errors import RequestError
from sakuga.report.names import harmless

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INK, SOFT, LINE = "#20222b", "#6a6c78", "#e3ddd0"
OURS, THEIRS = "#e2502b", "#9fb2c8"
AXIS = ("#e2502b", "#2b6cb0", "#3b9d79", "#c07a00", "#7a5ea8", "#b03a78")  # of the taxonomy's axes


def require_matplotlib(wanted_by: str) -> None:
    """Raises RequestError with the line that installs it, before any work is done."""
    if importlib.util.find_spec("matplotlib") is None:
        raise RequestError(f"{wanted_by} draws with matplotlib: pip install 'sakuga[report]'")


def new_figure(width: float, height: float) -> Any:
    """A figure of so many inches, that no window system is asked for."""
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcParams["font.family"] = ["DejaVu Sans"]
    return Figure(figsize=(width, height), facecolor="white")


def as_png(figure: Any, dpi: int = 150) -> bytes:
    """The figure as a PNG file."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi, bbox_inches="tight", metadata={"Software": None})
    return file.getvalue()


def likeness_matrix(
    likeness: NDArray[np.float64],
    names: Sequence[str],
    colours: Sequence[str],
    title: str,
    key: Mapping[str, str],
) -> bytes:
    """(N, N) NPMI as a picture, in the order given; each row and column with its name.

    colours: of the names. key: what a colour means, name -> colour.
    """
    from matplotlib.patches import Patch

    size = max(4.0, 0.145 * len(names))
    figure = new_figure(size + 2.5, size + 2.0)
    axes = figure.add_subplot()
    shown = axes.imshow(likeness, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
    labels = [plain_text(name) for name in names]
    axes.set_xticks(range(len(names)), labels, rotation=90, fontsize=6.5)
    axes.set_yticks(range(len(names)), labels, fontsize=6.5)
    for ticks in (axes.get_xticklabels(), axes.get_yticklabels()):
        for label, colour in zip(ticks, colours, strict=True):
            label.set_color(colour)
    axes.tick_params(length=0, pad=2)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_title(title, loc="left", fontsize=11, color=INK, pad=24)
    axes.legend(
        handles=[Patch(color=colour, label=name) for name, colour in key.items()],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(key),
        fontsize=7.5,
        frameon=False,
        handlelength=0.8,
        handleheight=0.8,
        columnspacing=1.2,
        borderaxespad=0.2,
        borderpad=0.2,
        handletextpad=0.4,
        labelcolor=SOFT,
    )
    bar = figure.colorbar(shown, ax=axes, fraction=0.02, pad=0.015, ticks=[-1, -0.5, 0, 0.5, 1])
    bar.ax.set_yticklabels(["never\ntogether", "", "chance", "", "never\napart"], fontsize=8)
    bar.outline.set_visible(False)
    return as_png(figure)


def plain_text(text: str) -> str:
    """Text without what a terminal obeys, and without what matplotlib would read as a formula."""
    return harmless(text).replace("$", r"\$")
