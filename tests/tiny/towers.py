"""CLIP, SigLIP 2 and our own nets with tiny random weights, as they are published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sakuga.models.tokenizer import CLIP_VOCABULARY, byte_pairs

SIDE = 32
SMALL = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
CLIP_PICTURES = {
    "crop_size": SIDE,
    "do_center_crop": True,
    "do_normalize": True,
    "do_resize": True,
    "feature_extractor_type": "CLIPFeatureExtractor",
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
    "resample": 3,
    "size": SIDE,
}
SIGLIP_PICTURES = {
    "do_convert_rgb": None,
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_processor_type": "SiglipImageProcessor",
    "image_std": [0.5, 0.5, 0.5],
    "processor_class": "SiglipProcessor",
    "resample": 2,
    "rescale_factor": 0.00392156862745098,
    "size": {"height": SIDE, "width": SIDE},
}


def write_clip(folder: Path, seed: int = 0) -> Path:
    """As openai/clip-vit-base-patch32, with the real merges: a pickle beside CLIP's tokenizer."""
    import torch
    from transformers import CLIPConfig, CLIPModel

    config = CLIPConfig(
        text_config={**SMALL, "vocab_size": CLIP_VOCABULARY, "projection_dim": 8},
        vision_config={**SMALL, "image_size": SIDE, "patch_size": 8, "projection_dim": 8},
        projection_dim=8,
    )
    torch.manual_seed(seed)
    model = CLIPModel(config)
    _loud(model)
    folder.mkdir(parents=True, exist_ok=True)
    config.save_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    byte_pairs().save(str(folder / "tokenizer.json"))
    marks = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>"}
    marks |= {"pad_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
    _json(folder / "tokenizer_config.json", {"tokenizer_class": "CLIPTokenizer", **marks})
    _json(folder / "preprocessor_config.json", CLIP_PICTURES)
    return folder


def write_siglip2(folder: Path, seed: int = 0) -> Path:
    """As google/siglip2-base-patch16-224: safetensors beside Gemma's tokenizer, a byte a token."""
    import torch
    from tokenizers import Tokenizer, models
    from transformers import SiglipConfig, SiglipModel

    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁"]
    words = [*special, *(chr(n) for n in range(33, 127)), *(f"<0x{n:02X}>" for n in range(256))]
    ids = {word: n for n, word in enumerate(words)}
    config = SiglipConfig(
        text_config={
            **SMALL, "vocab_size": len(ids), "max_position_embeddings": 64,
            "projection_size": 16, "pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2,
        },
        vision_config={**SMALL, "image_size": SIDE, "patch_size": 8},
    )  # fmt: skip
    torch.manual_seed(seed)
    model = SiglipModel(config)
    _loud(model)
    model.save_pretrained(folder)
    pieces = models.BPE(ids, [], unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    Tokenizer(pieces).save(str(folder / "tokenizer.json"))
    marks = {"bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>", "unk_token": "<unk>"}
    told = {"tokenizer_class": "GemmaTokenizer", "add_bos_token": False, "add_eos_token": True}
    _json(folder / "tokenizer_config.json", {**told, **marks})
    _json(folder / "preprocessor_config.json", SIGLIP_PICTURES)
    return folder


def write_viclip(file: Path) -> Path:
    """A `tiny` one, nested as the released files are."""
    import torch

    from sakuga.models.contrastive import viclip_encoder

    torch.manual_seed(0)
    torch.save({"model": viclip_encoder("tiny", image=SIDE).state_dict()}, file)
    return file


def write_videomamba(file: Path, vocabulary: int) -> Path:
    """A `nano` one, likewise."""
    import torch

    from sakuga.models.contrastive import videomamba_encoder

    torch.manual_seed(0)
    net = videomamba_encoder("nano", image=SIDE, vocabulary=vocabulary, out=16)
    torch.save({"module": net.state_dict()}, file)
    return file


def write_run(folder: Path) -> Path:
    """As `sakuga train contrastive` leaves it when it is done: a `tiny` ViCLIP, and what it is."""
    import torch
    from safetensors.torch import save_file

    from sakuga.models.contrastive import viclip_encoder
    from sakuga.train.contrastive.recipe import read_recipe
    from sakuga.train.recipe import as_plain

    torch.manual_seed(0)
    save_file(viclip_encoder("tiny", image=SIDE).state_dict(), folder / "model.safetensors")
    recipe = read_recipe("cpu", [f"net.image={SIDE}"])
    _json(folder / "run.json", {"recipe": as_plain(recipe), "steps": 7})
    return folder


def write_vocabulary(file: Path) -> int:
    """A BERT's `vocab.txt` of letters, and how many pieces are in it."""
    letters = [chr(n) for n in range(97, 123)]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{one}" for one in letters)]
    file.write_text("\n".join(pieces) + "\n", encoding="utf-8")
    return len(pieces)


def _loud(model: Any) -> None:
    """Weights as large as trained ones: else all pictures look alike."""
    import torch

    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.3)


def _json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")
