"""`sakuga generate`: a picture's next keyframes, expanded to a film and its sheet (§4.2, Fig. 6)."""
