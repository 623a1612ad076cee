"""Models that speak, with tiny random weights, written as their authors publish them.

Each is a folder of `config.json`, `model.safetensors`, `tokenizer.json` and what else its kind has,
for `hub_cache`. They speak a byte a token: the tokenizers know no words.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CHATML = """{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}
{%- if message.content is string %}{{- message.content }}{%- else %}
{%- for part in message.content %}{%- if part.type == 'image' %}
{{- '<|vision_start|><|image_pad|><|vision_end|>' }}{%- else %}{{- part.text }}{%- endif %}
{%- endfor %}{%- endif %}{{- '<|im_end|>\\n' }}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"""
CHAT_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
VISION_TOKENS = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")


def write_blip2(folder: Path, named_image_token: bool = True) -> Path:
    """As Salesforce/blip2-opt-2.7b; at first it named no token for the picture."""
    import torch
    from transformers import Blip2Config, Blip2ForConditionalGeneration

    opt = ("<s>", "<pad>", "</s>", "<unk>")
    ids = _write_tokenizer(folder, opt + (("<image>",) if named_image_token else ()))
    config = Blip2Config(
        vision_config={**_small(2), "image_size": 28, "patch_size": 14},
        qformer_config=_small(2),
        text_config={
            "model_type": "opt",
            "vocab_size": len(ids) + 8,
            "word_embed_proj_dim": 16,
            "hidden_size": 16,
            "ffn_dim": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "max_position_embeddings": 128,
            "bos_token_id": ids["</s>"],
            "eos_token_id": ids["Ċ"],
            "pad_token_id": ids["<pad>"],
        },
        num_query_tokens=4,
        image_token_index=ids["<image>"] if named_image_token else None,
    )
    torch.manual_seed(3)
    model = Blip2ForConditionalGeneration(config)
    torch.nn.init.normal_(model.query_tokens)
    _make_loud(model)
    model.save_pretrained(folder)
    _json(folder / "preprocessor_config.json", BLIP_PICTURES)
    _json(folder / "processor_config.json", {"num_query_tokens": 4})
    marks = {"bos_token": "</s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "</s>"}
    _json(folder / "tokenizer_config.json", {"tokenizer_class": "GPT2Tokenizer", **marks})
    return folder


BLIP_PICTURES = {
    "do_convert_rgb": True,
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": True,
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_processor_type": "BlipImageProcessor",
    "image_std": [0.26862954, 0.26130258, 0.27577711],
    "processor_class": "Blip2Processor",
    "resample": 3,
    "rescale_factor": 0.00392156862745098,
    "size": {"height": 28, "width": 28},
}


def write_chat(folder: Path, template: bool = True) -> Path:
    """As Qwen/Qwen3-4B-Instruct-2507."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    ids = _write_tokenizer(folder, CHAT_TOKENS)
    torch.manual_seed(1)
    model = Qwen3ForCausalLM(Qwen3Config(**_qwen(ids), vocab_size=len(ids)))
    _save_chatty(model, folder, ids)
    _json(folder / "tokenizer_config.json", _qwen_tokenizer(template))
    return folder


def write_qwen_vl(folder: Path) -> Path:
    """As Qwen/Qwen3-VL-4B-Instruct."""
    import torch
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    ids = _write_tokenizer(folder, CHAT_TOKENS + VISION_TOKENS)
    rope = {"rope_type": "default", "mrope_section": [4, 2, 2], "rope_theta": 5e6}
    config = Qwen3VLConfig(
        text_config={**_qwen(ids), "vocab_size": len(ids), "rope_parameters": rope},
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 2,
            "out_hidden_size": 32,
            "patch_size": 16,
            "num_position_embeddings": 64,
            "deepstack_visual_indexes": [0],
        },
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
    )
    torch.manual_seed(1)
    _save_chatty(Qwen3VLForConditionalGeneration(config), folder, ids)
    _json(folder / "tokenizer_config.json", _qwen_tokenizer(True))
    _json(folder / "chat_template.json", {"chat_template": CHATML})
    size = {"longest_edge": 16777216, "shortest_edge": 1024}
    pictures = {"patch_size": 16, "temporal_patch_size": 2, "merge_size": 2, "size": size}
    colours = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    kinds = {
        "image_processor_type": "Qwen2VLImageProcessorFast",
        "processor_class": "Qwen3VLProcessor",
    }
    _json(folder / "preprocessor_config.json", pictures | colours | kinds)
    films = {"video_processor_type": "Qwen3VLVideoProcessor"}
    _json(folder / "video_preprocessor_config.json", pictures | colours | films)
    return folder


def spoil(folder: Path) -> Path:
    """The same model with a NaN among its weights."""
    from safetensors.torch import load_file, save_file

    [file] = folder.glob("*.safetensors")
    weights = load_file(file)
    name = next(n for n in weights if ("layers.1" in n and "fc1.weight" in n) or "down_proj" in n)
    weights[name][:] = float("nan")
    save_file(weights, file, {"format": "pt"})
    return folder


def drop_a_tensor(folder: Path) -> Path:
    """The same model with weights that are not whole."""
    from safetensors.torch import load_file, save_file

    [file] = folder.glob("*.safetensors")
    weights = load_file(file)
    del weights[next(name for name in weights if "layers.1" in name)]
    save_file(weights, file, {"format": "pt"})
    return folder


def _small(layers: int) -> dict[str, int]:
    heads = {"num_hidden_layers": layers, "num_attention_heads": 2}
    return {"hidden_size": 16, "intermediate_size": 32, **heads}


def _qwen(ids: dict[str, int]) -> dict[str, Any]:
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16}
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    ends = {"eos_token_id": ids["<|im_end|>"], "pad_token_id": ids["<|endoftext|>"]}
    return {**heads, **sizes, **ends, "bos_token_id": None, "max_position_embeddings": 8192}


def _qwen_tokenizer(template: bool) -> dict[str, Any]:
    marks = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    chat = {"chat_template": CHATML} if template else {}
    return {"tokenizer_class": "Qwen2Tokenizer", **marks, **chat}


def _save_chatty(model: Any, folder: Path, ids: dict[str, int]) -> None:
    """A model that says nothing but letters and ends at some of them."""
    _make_loud(model)
    letters = {ids[c] for c in "abcdefghijklmnopqrstuvwxyz"} | {ids["Ġ"]}
    ends = [ids["<|im_end|>"], *(ids[c] for c in "aeioulmnrs")]
    model.generation_config.min_new_tokens = 4
    model.generation_config.no_repeat_ngram_size = 3  # or it could go round in circles
    model.generation_config.eos_token_id = ends
    model.generation_config.pad_token_id = ids["<|endoftext|>"]
    model.generation_config.suppress_tokens = sorted(set(ids.values()) - letters - set(ends))
    model.save_pretrained(folder)


def _make_loud(model: Any) -> None:
    """Larger weights but for the tokens' own: what comes out depends on all that goes in."""
    import torch

    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim > 1 and "embed_tokens" not in name:
                weight.normal_(std=0.3)


def _write_tokenizer(folder: Path, special: tuple[str, ...]) -> dict[str, int]:
    """`tokenizer.json`, byte by byte; the tokens and their numbers."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(letters)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(s, normalized=False, special=True) for s in special])
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    return tokenizer.get_vocab()


def _json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")
