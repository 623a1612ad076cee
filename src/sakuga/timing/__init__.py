"""The film's drawings, boundaries and clock, told from `Signals` alone: NumPy, nothing decoded.

`reading` asks a small net of every frame; `boundaries` makes shots of its answers; `clock` counts
film frames in file frames.
"""
