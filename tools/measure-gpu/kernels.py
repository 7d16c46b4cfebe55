"""Fused kernels of a decoder layer, so that small batches are bound by memory as in a serving engine, not by launches.

Shapes: n tokens of a step; H query heads and K key-value heads of width D; a slot holds the cache of one sequence.
A cache is laid out as [slot, K, slot_tokens, D], so that each head of a sequence is read in one stream.
"""

import torch
import triton
import triton.language as tl

_LOG2_E = 1.4426950408889634
_TOKENS_PER_BLOCK = 64
_GROUP_ROWS = 16  # tensor cores take at least 16 rows; a group of query heads is padded to them


@triton.jit
def _add_norm(residual, x, weight, out, hidden, epsilon, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    column = tl.arange(0, BLOCK)
    inside = column < hidden
    total = tl.load(residual + row * hidden + column, mask=inside, other=0.0).to(tl.float32)
    total += tl.load(x + row * hidden + column, mask=inside, other=0.0).to(tl.float32)
    tl.store(residual + row * hidden + column, total, mask=inside)
    scale = tl.rsqrt(tl.sum(total * total, 0) / hidden + epsilon)
    scaled = total * scale * tl.load(weight + column, mask=inside, other=0.0).to(tl.float32)
    tl.store(out + row * hidden + column, scaled, mask=inside)


def add_norm(residual, x, weight, epsilon=1e-5):
    """Adds x to the residual in place and returns its root-mean-square norm times the weight; all [n, hidden]."""
    out = torch.empty_like(x)
    hidden = x.shape[1]
    _add_norm[(x.shape[0],)](
        residual, x, weight, out, hidden, epsilon, BLOCK=triton.next_power_of_2(hidden), num_warps=8
    )
    return out


@triton.jit
def _silu_mul(gate_up, out, width, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    column = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = column < width
    gate = tl.load(gate_up + row * 2 * width + column, mask=inside, other=0.0).to(tl.float32)
    up = tl.load(gate_up + row * 2 * width + width + column, mask=inside, other=0.0).to(tl.float32)
    tl.store(out + row * width + column, (gate * tl.sigmoid(gate) * up), mask=inside)


def silu_mul(gate_up):
    """SiLU of the first half times the second half; [n, 2 * width] to [n, width]."""
    rows, width = gate_up.shape[0], gate_up.shape[1] // 2
    out = torch.empty((rows, width), dtype=gate_up.dtype, device=gate_up.device)
    _silu_mul[(rows, triton.cdiv(width, 2048))](gate_up, out, width, BLOCK=2048, num_warps=4)
    return out


@triton.jit
def _rotate_and_store(
    qkv, cosines, sines, positions, slots, q, keys, values, slot_tokens,
    H: tl.constexpr, K: tl.constexpr, D: tl.constexpr,
):
    token = tl.program_id(0).to(tl.int64)
    head = tl.program_id(1)
    half = tl.arange(0, D // 2)
    source = qkv + (token * (H + 2 * K) + head) * D
    low = tl.load(source + half)
    high = tl.load(source + D // 2 + half)
    position = tl.load(positions + token).to(tl.int64)
    slot = tl.load(slots + token).to(tl.int64)
    cosine = tl.load(cosines + position * (D // 2) + half)
    sine = tl.load(sines + position * (D // 2) + half)
    first = (low.to(tl.float32) * cosine - high.to(tl.float32) * sine)
    second = (high.to(tl.float32) * cosine + low.to(tl.float32) * sine)
    if head < H:
        target = q + (token * H + head) * D
        tl.store(target + half, first)
        tl.store(target + D // 2 + half, second)
    elif head < H + K:
        target = keys + ((slot * K + head - H) * slot_tokens + position) * D
        tl.store(target + half, first)
        tl.store(target + D // 2 + half, second)
    else:
        target = values + ((slot * K + head - H - K) * slot_tokens + position) * D
        tl.store(target + half, low)
        tl.store(target + D // 2 + half, high)


def rotate_and_store(qkv, rotation, positions, slots, keys, values, slot_tokens, heads, kv_heads, width):
    """Rotates queries and keys by position, writes keys and values to the cache, returns queries [n, H, D]."""
    tokens = qkv.shape[0]
    q = torch.empty((tokens, heads, width), dtype=qkv.dtype, device=qkv.device)
    _rotate_and_store[(tokens, heads + 2 * kv_heads)](
        qkv, rotation[0], rotation[1], positions, slots, q, keys, values, slot_tokens,
        H=heads, K=kv_heads, D=width, num_warps=1,
    )
    return q


@triton.jit(do_not_specialize=["splits"])
def _attend(
    q, keys, values, slots, lengths, partial, weights, slot_tokens, scale, splits,
    K: tl.constexpr, GROUP: tl.constexpr, ROWS: tl.constexpr, D: tl.constexpr, BLOCK: tl.constexpr,
):
    sequence = tl.program_id(0)
    head = tl.program_id(1)
    split = tl.program_id(2)
    length = tl.load(lengths + sequence)
    slot = tl.load(slots + sequence).to(tl.int64)
    share = tl.cdiv(tl.cdiv(length, splits), BLOCK) * BLOCK
    begin = split * share
    end = tl.minimum(begin + share, length)
    row = tl.arange(0, ROWS)
    column = tl.arange(0, D)
    query = (sequence * K + head) * GROUP + row
    in_group = row < GROUP
    queries = tl.load(q + query[:, None] * D + column[None, :], mask=in_group[:, None], other=0.0)
    most = tl.full((ROWS,), -float("inf"), tl.float32)
    total = tl.zeros((ROWS,), tl.float32)
    mixed = tl.zeros((ROWS, D), tl.float32)
    base = (slot * K + head) * slot_tokens
    for start in range(begin, end, BLOCK):
        token = start + tl.arange(0, BLOCK)
        inside = token < end
        address = (base + token)[:, None] * D + column[None, :]
        key = tl.load(keys + address, mask=inside[:, None], other=0.0)
        score = tl.dot(queries, tl.trans(key)) * scale
        score = tl.where(inside[None, :], score, -float("inf"))
        higher = tl.maximum(most, tl.max(score, 1))
        kept = tl.exp2(most - higher)
        likely = tl.exp2(score - higher[:, None])
        total = total * kept + tl.sum(likely, 1)
        value = tl.load(values + address, mask=inside[:, None], other=0.0)
        mixed = mixed * kept[:, None] + tl.dot(likely.to(value.dtype), value)
        most = higher
    empty = total == 0
    result = mixed / tl.where(empty, 1.0, total)[:, None]
    weight = tl.where(empty, -float("inf"), most + tl.log2(tl.where(empty, 1.0, total)))
    place = query * splits + split
    tl.store(partial + place[:, None] * D + column[None, :], result, mask=in_group[:, None])
    tl.store(weights + place, weight, mask=in_group)


@triton.jit(do_not_specialize=["splits"])
def _combine(partial, weights, out, splits, D: tl.constexpr):
    query = tl.program_id(0).to(tl.int64)
    column = tl.arange(0, D)
    most = -float("inf")
    for split in range(0, splits):
        most = tl.maximum(most, tl.load(weights + query * splits + split))
    total = 0.0
    mixed = tl.zeros((D,), tl.float32)
    for split in range(0, splits):
        weight = tl.exp2(tl.load(weights + query * splits + split) - most)
        total += weight
        mixed += weight * tl.load(partial + (query * splits + split) * D + column)
    tl.store(out + query * D + column, mixed / total)


def splits_for(batch, kv_heads, tokens, processors):
    """Parts into which each sequence's cache is cut, so that two blocks or more run on each multiprocessor."""
    wanted = triton.cdiv(2 * processors, batch * kv_heads)
    return max(1, min(wanted, triton.cdiv(tokens, _TOKENS_PER_BLOCK), 64))


def decode_attention(q, keys, values, slots, lengths, slot_tokens, kv_heads, splits):
    """One query token per sequence over the first `lengths` tokens of its slot; q and result [b, H, D]."""
    batch, heads, width = q.shape
    partial = torch.empty((batch * heads * splits, width), dtype=torch.float32, device=q.device)
    weights = torch.empty((batch * heads * splits,), dtype=torch.float32, device=q.device)
    _attend[(batch, kv_heads, splits)](
        q, keys, values, slots, lengths, partial, weights, slot_tokens, width**-0.5 * _LOG2_E, splits,
        K=kv_heads, GROUP=heads // kv_heads, ROWS=_GROUP_ROWS, D=width, BLOCK=_TOKENS_PER_BLOCK, num_warps=4,
    )
    out = torch.empty_like(q)
    _combine[(batch * heads,)](partial, weights, out, splits, D=width, num_warps=4)
    return out
