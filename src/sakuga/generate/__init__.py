"""`sakuga generate`: keyframes from a picture, a film and a sheet of them (§4.2, Figure 6)."""
