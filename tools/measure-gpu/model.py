"""A decoder-only transformer of a given shape, with random weights, over a static key-value cache."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

import kernels


@dataclass(frozen=True)
class Shape:
    """Architecture of a decoder; all layers the same, grouped-query attention, gated feed-forward."""

    name: str
    layers: int
    hidden: int
    intermediate: int
    heads: int
    kv_heads: int
    head_width: int
    vocabulary: int

    @property
    def cache_bytes_per_token(self):
        """Bytes of bf16 keys and values of one token over all layers."""
        return 2 * self.layers * self.kv_heads * self.head_width * 2

    @property
    def parameters(self):
        """Weights of all layers, the embedding and the output head."""
        attention = self.hidden * self.head_width * (2 * self.heads + 2 * self.kv_heads)
        layer = attention + 3 * self.hidden * self.intermediate + 2 * self.hidden
        return self.layers * layer + 2 * self.vocabulary * self.hidden + self.hidden


SHAPES = {
    shape.name: shape
    for shape in (
        # Llama-3.1-8B (Grattafiori et al., The Llama 3 Herd of Models, 2024, table 3).
        Shape("llama-3.1-8b", 32, 4096, 14336, 32, 8, 128, 128256),
        # A quarter of the layers of Llama-3.1-70B (same table): what one of four pipeline stages holds, with its head.
        Shape("llama-3.1-70b-quarter", 20, 8192, 28672, 64, 8, 128, 128256),
        # For trying the program out.
        Shape("tiny", 2, 256, 512, 8, 2, 64, 1000),
    )
}


class Decoder:
    """Weights and cache on one device. The cache is a pool of tokens that `slot_tokens` cuts into slots."""

    def __init__(self, shape, device, cache_tokens, longest, seed=1):
        # The interpreter that runs the kernels on a CPU has no products of bf16.
        dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
        self.shape = shape
        self.device = device
        self.processors = (
            torch.cuda.get_device_properties(device).multi_processor_count if device.type == "cuda" else 4
        )
        generator = torch.Generator(device).manual_seed(seed)

        def weight(*size):
            return torch.empty(size, dtype=dtype, device=device).normal_(0, 0.02, generator=generator)

        self.embedding = weight(shape.vocabulary, shape.hidden)
        self.head = weight(shape.vocabulary, shape.hidden)
        self.norm = torch.ones(shape.hidden, dtype=dtype, device=device)
        rows = (shape.heads + 2 * shape.kv_heads) * shape.head_width
        self.layers = [
            {
                "qkv": weight(rows, shape.hidden),
                "out": weight(shape.hidden, shape.heads * shape.head_width),
                "gate_up": weight(2 * shape.intermediate, shape.hidden),
                "down": weight(shape.hidden, shape.intermediate),
                "norm_in": torch.ones(shape.hidden, dtype=dtype, device=device),
                "norm_post": torch.ones(shape.hidden, dtype=dtype, device=device),
            }
            for _ in range(shape.layers)
        ]
        self.cache_tokens = cache_tokens
        elements = cache_tokens * shape.kv_heads * shape.head_width
        self.cache = [tuple(weight(elements) for _ in range(2)) for _ in range(shape.layers)]
        half = shape.head_width // 2
        frequency = 500_000.0 ** (-torch.arange(half, dtype=torch.float64) / half)
        angle = torch.arange(longest, dtype=torch.float64)[:, None] * frequency
        self.rotation = (angle.cos().float().to(device), angle.sin().float().to(device))

    def weights(self):
        """All matrices, for loading them again."""
        yield self.embedding
        yield self.head
        for layer in self.layers:
            yield from (layer["qkv"], layer["out"], layer["gate_up"], layer["down"])

    def decode(self, tokens, positions, slots, lengths, slot_tokens, splits):
        """One step: each sequence's next token, [b]; writes the cache at `positions`, reads `lengths` tokens."""
        shape = self.shape

        def attention(layer_cache, q):
            keys, values = layer_cache
            return kernels.decode_attention(q, keys, values, slots, lengths, slot_tokens, shape.kv_heads, splits)

        hidden = self._forward(tokens, positions, slots, slot_tokens, attention)
        return F.linear(hidden, self.head).argmax(-1)

    def prefill(self, tokens, positions, slots, slot, slot_tokens):
        """A whole prompt of one sequence into its slot; returns the first output token, [1]."""
        shape = self.shape
        length = tokens.shape[0]

        def attention(layer_cache, q):
            slot_elements = shape.kv_heads * slot_tokens * shape.head_width
            keys, values = (
                part[slot * slot_elements : (slot + 1) * slot_elements].view(
                    1, shape.kv_heads, slot_tokens, shape.head_width
                )[:, :, :length]
                for part in layer_cache
            )
            mixed = F.scaled_dot_product_attention(
                q.transpose(0, 1).unsqueeze(0), keys, values, is_causal=True, enable_gqa=True
            )
            return mixed[0].transpose(0, 1)

        hidden = self._forward(tokens, positions, slots, slot_tokens, attention)
        return F.linear(hidden[-1:], self.head).argmax(-1)

    def _forward(self, tokens, positions, slots, slot_tokens, attention):
        shape = self.shape
        x = F.embedding(tokens, self.embedding)
        residual = torch.zeros_like(x)
        for layer, cache in zip(self.layers, self.cache):
            x = kernels.add_norm(residual, x, layer["norm_in"])
            q = kernels.rotate_and_store(
                F.linear(x, layer["qkv"]), self.rotation, positions, slots, *cache, slot_tokens,
                shape.heads, shape.kv_heads, shape.head_width,
            )
            x = F.linear(attention(cache, q).reshape(len(tokens), -1), layer["out"])
            x = kernels.add_norm(residual, x, layer["norm_post"])
            x = F.linear(kernels.silu_mul(F.linear(x, layer["gate_up"])), layer["down"])
        return kernels.add_norm(residual, x, self.norm)


class DecodeStep:
    """A decode step of fixed batch as a CUDA graph (plain calls on a device that has none)."""

    def __init__(self, decoder, batch, slot_tokens, longest):
        device = decoder.device
        self.batch = batch
        self.tokens = torch.randint(decoder.shape.vocabulary, (batch,), device=device)
        self.positions = torch.zeros(batch, dtype=torch.int32, device=device)
        self.slots = torch.arange(batch, dtype=torch.int32, device=device)
        self.lengths = torch.ones(batch, dtype=torch.int32, device=device)
        splits = kernels.splits_for(batch, decoder.shape.kv_heads, longest, decoder.processors)

        def step():
            self.tokens.copy_(
                decoder.decode(self.tokens, self.positions, self.slots, self.lengths, slot_tokens, splits)
            )

        if device.type != "cuda":
            self.run = step
            return
        stream = torch.cuda.Stream(device)
        stream.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(stream):
            step()
        torch.cuda.current_stream(device).wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
        self.run = graph.replay

    def set_context(self, tokens):
        """All sequences `tokens` long, the one being made included."""
        self.lengths.fill_(tokens)
        self.positions.fill_(tokens - 1)
