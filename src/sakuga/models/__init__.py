"""Nets, one file each (§4.1): ViCLIP, VideoMamba, their text towers, the contrastive objective.

Nothing here trains, reads footage or prints. PyTorch is imported at the top of these modules, and
so of none outside this folder: what uses a net imports it where it is loaded.
"""
