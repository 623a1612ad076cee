"""The dataset's card, as the Hugging Face Hub reads it: `README.md` beside the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_TEXT = """
# Shots and drawings

Made by [sakuga](https://pypi.org/project/sakuga/) from cartoon footage: one row a shot, with its
boundaries, its drawings and how long each is held. Rows hold links and measurements, no pictures.

{splits}

`keyframe_numbers` are the frames, counted from the shot's start, on which a new drawing appears;
`holds` says for how many frames it stands; a drawing that returns has the same number in
`drawings`. Frame ranges are half-open. What the profile's rooms can't know is null. Shots of one
source stand in one split. Every column's metadata names the table and the recipe it comes from.

```python
import polars

shots = polars.read_parquet("train-*.parquet")
shots.filter((polars.col("timing") == "twos") & (polars.col("camera") == "pan"))
```

## How it was made

{recipes}
"""


def card(files: Mapping[str, int], stages: Sequence[Any]) -> str:
    """The card of a dataset with these files (name -> rows), made by these stages."""
    splits: dict[str, int] = {}
    for name, rows in files.items():
        split = name.partition("-")[0]
        splits[split] = splits.get(split, 0) + rows
    table = "| split | shots |\n| --- | --- |\n" + "\n".join(
        f"| {split} | {rows:,} |" for split, rows in splits.items()
    )
    recipes = "\n".join(f"- `{stage!r}`" for stage in stages)
    return _front(splits) + _TEXT.format(splits=table, recipes=recipes)


def _front(splits: Mapping[str, int]) -> str:
    """The card's metadata: which files are which split."""
    files = "\n".join(f"  - split: {split}\n    path: {split}-*.parquet" for split in splits)
    listed = f"configs:\n- config_name: default\n  data_files:\n{files}\n" if splits else ""
    return f"---\npretty_name: Shots and drawings\ntags:\n- animation\n- cartoon\n{listed}---\n"
