"""`sakuga train svd`: Stable Video Diffusion finetuned on keyframes (§4.2, §6)."""
