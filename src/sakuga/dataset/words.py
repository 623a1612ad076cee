"""What the card and the Croissant metadata say in sentences: once, so that both say the same."""

from __future__ import annotations

SUMMARY = (
    "Shots of cartoon footage, one row each: where they begin and end, on which frames a new "
    "drawing appears and how long it is held, how the camera moves, and, where models were asked, "
    "tags, descriptions, scores and classes. Links and measurements; no picture is in it."
)
ABOUT = f"""{SUMMARY} Made by `sakuga` from footage that somebody chose, after the pipeline of
*Sakuga-42M: Scaling Up Cartoon Research* (arXiv 2405.07425).

Frame numbers count decoded frames from 0, and ranges are half-open. `keyframe_numbers` are the
frames, counted from the clip's start, on which a new drawing appears; `holds` says for how many
frames each stands; a drawing that returns has the same number in `drawings`. Frames of a file may
be unevenly spaced in time: `start_seconds` and `end_seconds` are what the file's own clock says."""

LOADING = """```python
import datasets                                     # this folder, or its name on the Hub
shots = datasets.load_dataset("path/to/dataset", split="train")

import polars
shots = polars.scan_parquet("path/to/dataset/train-*.parquet")
shots.filter((polars.col("timing") == "twos") & (polars.col("camera") == "pan")).collect()

import duckdb
duckdb.sql("select timing, count(*) from 'path/to/dataset/*.parquet' group by timing")

import sakuga                                       # typed rows, subsets, frames for training
shots = sakuga.open("path/to/dataset").split("train").where(timing="twos", camera="pan")
```

The subset `small` of the paper is `right(id, 8) < '1999999a'`: a tenth of the clips by their
hashes, the same however the dataset grows. `aesthetic` is `aesthetic_score > 0.9`."""

LIMITS = (
    "Drawings are found in the finished, composited picture: layers that are held differently "
    "(a mouth on twos over a body that is held) are one column here.",
    "Shot boundaries and drawings are estimates; confidence columns say how sure they are. At very "
    "low bitrate new drawings are missed and repeats counted.",
    "Whatever a model said (tags, captions, descriptions, scores, ratings, taxonomy) is a model's "
    "opinion and was not checked by a person. Text that is drawn in a film may be in a caption.",
    "`timing` is measured on the file as it was published, after whatever frame rate conversions "
    "it went through.",
    "Clips under the minimum length are marked `short`, and kept.",
    "Links to footage go stale; a film that has changed since is told by its hash, `video`.",
)
BIASES = (
    "The clips are of the footage that somebody chose, and represent no country, era, studio or "
    "kind of animation beyond it; the tables above say what was chosen.",
    "Taggers and captioners were trained on collections with biases of their own: of gender and "
    "age, of Japanese drawing over other styles, of people over animals and things.",
)
PERSONAL = (
    "No picture or sound is published. Descriptions may name drawn characters, and credits in the "
    "footage may name people; nothing about viewers or users is collected.",
    "Ratings mark clips that are not safe for all, where a tagger gave them; they are kept, as the "
    "paper keeps them.",
)
USES = (
    "Finetuning video models on cartoons with the right timing; retrieval between text and video.",
    "Study of timing, shot length and camera in animation.",
)
COLLECTION = (
    "Files or links that were given to `sakuga build`; shots, drawings and camera are measured "
    "from one full decode of every file."
)
MISSING = "A value that no tool of the profile gives is null; none is imputed."
CITATION = """@article{sakuga42m2024,
  title   = {Sakuga-42M Dataset: Scaling Up Cartoon Research},
  author  = {Pan, Zhenglin and Zhu, Yu and Mu, Yuxuan},
  journal = {arXiv preprint arXiv:2405.07425},
  year    = {2024}
}"""
