"""The first layers of BERT: VideoMamba's text tower (§4.1).

After "BERT" (arXiv 1810.04805); key names are those of the public checkpoints, with `bert.` in
front. VideoMamba uses layers 0 to 8 of BERT-base for text alone and reads the first token, [CLS],
without a pooler; layers 9 to 11 serve its matching and word-guessing losses, which the paper does
not use.

Shapes: B batch, L tokens, D width.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention

TEXT: dict[str, dict[str, Any]] = {
    "base": {"width": 768, "layers": 9, "heads": 12},
    "tiny": {"width": 128, "layers": 3, "heads": 4},
}
"""Sizes of VideoMamba's text tower, and one that trains on a CPU."""

EPSILON = 1e-12


class BertText(nn.Module):
    """Ids of tokens to one vector each caption, read at [CLS]."""

    def __init__(
        self,
        *,
        vocabulary: int = 30522,
        context: int = 512,
        width: int = 768,
        layers: int = 9,
        heads: int = 12,
        hidden: int | None = None,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        hidden = 4 * width if hidden is None else hidden
        self.bert = Bert(vocabulary, context, width, layers, heads, hidden, dropout)
        self.apply(_as_bert_begins)

    def forward(self, ids_BL: Tensor, seen_BL: Tensor | None = None) -> Tensor:
        """(B, D). seen_BL: True where a token is, False where padding is; by default id 0 is."""
        seen_BL = ids_BL != 0 if seen_BL is None else seen_BL.bool()
        return self.bert(ids_BL, seen_BL)[:, 0]


class Bert(nn.Module):
    """Ids to a vector each token, (B, L, D)."""

    def __init__(
        self,
        vocabulary: int,
        context: int,
        width: int,
        layers: int,
        heads: int,
        hidden: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.embeddings = Embeddings(vocabulary, context, width, dropout)
        self.encoder = nn.ModuleDict(
            {"layer": nn.ModuleList([Layer(width, heads, hidden, dropout) for _ in range(layers)])}
        )

    def forward(self, ids_BL: Tensor, seen_BL: Tensor) -> Tensor:
        tokens_BLD = self.embeddings(ids_BL)
        layers = self.encoder["layer"]
        assert isinstance(layers, nn.ModuleList)
        for layer in layers:
            tokens_BLD = layer(tokens_BLD, seen_BL)
        return tokens_BLD


class Embeddings(nn.Module):
    """Word, place and kind of each token; all are of the first kind."""

    def __init__(self, vocabulary: int, context: int, width: int, dropout: float) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(vocabulary, width, padding_idx=0)
        self.position_embeddings = nn.Embedding(context, width)
        self.token_type_embeddings = nn.Embedding(2, width)
        self.LayerNorm = nn.LayerNorm(width, EPSILON)
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids_BL: Tensor) -> Tensor:
        places_LD = self.position_embeddings.weight[: ids_BL.shape[1]]
        kind_D = self.token_type_embeddings.weight[0]
        return self.dropout(self.LayerNorm(self.word_embeddings(ids_BL) + kind_D + places_LD))


class Layer(nn.Module):
    """Attention and two layers, each before a norm."""

    def __init__(self, width: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(width, heads, dropout)
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, hidden)})
        self.output = AddAndNorm(hidden, width, dropout)

    def forward(self, tokens_BLD: Tensor, seen_BL: Tensor) -> Tensor:
        tokens_BLD = self.attention(tokens_BLD, seen_BL)
        return self.output(gelu(self.intermediate["dense"](tokens_BLD)), tokens_BLD)


class Attention(nn.Module):
    """Multi-head attention over the tokens that are no padding."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width = {width}: must be a multiple of heads = {heads}")
        self.heads, self.dropout = heads, dropout
        names = ("query", "key", "value")
        self.self = nn.ModuleDict({name: nn.Linear(width, width) for name in names})
        self.output = AddAndNorm(width, width, dropout)

    def forward(self, tokens_BLD: Tensor, seen_BL: Tensor) -> Tensor:
        q, k, v = (
            layer(tokens_BLD).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for layer in self.self.values()
        )
        rate = self.dropout if self.training else 0.0
        mask = seen_BL[:, None, None]
        read = scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=rate)
        return self.output(read.transpose(1, 2).flatten(2), tokens_BLD)


class AddAndNorm(nn.Module):
    """A linear layer, dropout, what went around it, and a norm."""

    def __init__(self, width: int, out: int, dropout: float) -> None:
        super().__init__()
        self.dense = nn.Linear(width, out)
        self.LayerNorm = nn.LayerNorm(out, EPSILON)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor, around: Tensor) -> Tensor:
        return self.LayerNorm(self.dropout(self.dense(hidden)) + around)


def _as_bert_begins(module: nn.Module) -> None:
    """BERT's initial weights, for training from nothing."""
    if isinstance(module, (nn.Linear, nn.Embedding)):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)
    if isinstance(module, nn.Embedding) and module.padding_idx is not None:
        with torch.no_grad():
            module.weight[module.padding_idx].zero_()
