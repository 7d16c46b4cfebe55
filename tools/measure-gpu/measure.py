#!/usr/bin/env python3
"""Measures power, clocks and step times of one NVIDIA GPU while it serves a decoder with random weights.

Needs PyTorch with CUDA, Triton and nvidia-ml-py. Changes no setting of the GPU. Writes into the folder --out:
machine.json, samples.csv.gz (what NVML said), points.csv (each phase and steady load), mixed-steps.csv.gz and
requests.csv (the mixed load). All times are seconds since the start of the program, on the monotonic clock.
"""

import argparse
import csv
import datetime
import gc
import gzip
import json
import math
import pathlib
import platform
import random
import time

import kernels
from model import SHAPES, Decoder, DecodeStep

BATCHES = (1, 2, 4, 8, 16, 32, 64, 96, 128, 192, 256)
# Steady loads of each model: tokens of a prompt, batches and contexts of decode.
PLANS = {
    "llama-3.1-8b": (
        (256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384),
        BATCHES,
        (512, 1024, 2048, 4096, 8192),
    ),
    "llama-3.1-70b-quarter": ((256, 512, 1024, 2048, 4096, 8192), BATCHES, (1024, 4096)),
    "tiny": ((16, 64), (1, 2), (64,)),
}
GRAPH_BATCHES = (1, 2, 4, 8, *range(16, 129, 8))

POINT_COLUMNS = (
    "phase", "model", "batch", "context_tokens", "begin_seconds", "settled_seconds", "end_seconds",
    "steps", "tokens", "step_milliseconds", "p10_milliseconds", "p90_milliseconds",
)


class OutOfTime(Exception):
    """The budget is spent; what was measured stands."""


class Measurement:
    """Clock, files and budget of one run of the program."""

    def __init__(self, arguments, torch):
        self.torch = torch
        self.arguments = arguments
        self.epoch_nanos = time.monotonic_ns()
        self.out = pathlib.Path(arguments.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self._points = (self.out / "points.csv").open("w", newline="")
        self._rows = csv.writer(self._points, lineterminator="\n")
        self._rows.writerow(POINT_COLUMNS)

    def now(self):
        return (time.monotonic_ns() - self.epoch_nanos) / 1e9

    def synchronize(self):
        if self.torch.cuda.is_initialized():
            self.torch.cuda.synchronize()

    def point(self, phase, model, batch, context, begin, settled, steps, tokens, milliseconds=()):
        """Writes one line; the window that counts is from `settled` to now."""
        times = sorted(milliseconds)
        quantiles = ["" if not times else f"{times[int(q * (len(times) - 1))]:.4f}" for q in (0.5, 0.1, 0.9)]
        window = [f"{second:.4f}" for second in (begin, settled, self.now())]
        self._rows.writerow((phase, model, batch, context, *window, steps, tokens, *quantiles))
        self._points.flush()

    def check_budget(self, needed_seconds):
        if self.now() + needed_seconds > self.arguments.budget_seconds:
            raise OutOfTime

    def idle(self, phase, seconds):
        self.synchronize()
        begin = self.now()
        time.sleep(seconds)
        self.point(phase, "", "", "", begin, begin + min(2.0, seconds / 2), "", "")

    def steady(self, phase, model, batch, context, tokens_per_step, step):
        """Repeats a step: first until the sensors have settled, then through the window that counts."""
        arguments = self.arguments
        self.check_budget(arguments.settle_seconds + arguments.window_seconds)
        self.synchronize()
        begin = self.now()
        while self.now() < begin + arguments.settle_seconds:
            step()
            self.synchronize()
        settled = self.now()
        times = []
        before = settled
        while before < settled + arguments.window_seconds:
            step()
            self.synchronize()
            after = self.now()
            times.append(1000 * (after - before))
            before = after
        self.point(phase, model, batch, context, begin, settled, len(times), len(times) * tokens_per_step, times)


def load_weights(measurement, decoder, seconds):
    """Copies page-locked host memory over all matrices, again and again, as a loader from the page cache does."""
    torch = measurement.torch
    host = max(decoder.weights(), key=torch.Tensor.numel).flatten().cpu()
    if decoder.device.type == "cuda":
        host = host.pin_memory()
    begin = measurement.now()
    while measurement.now() < begin + seconds:
        for weight in decoder.weights():
            weight.copy_(host[: weight.numel()].view_as(weight), non_blocking=True)
        measurement.synchronize()
    measurement.point("weight-load", decoder.shape.name, "", "", begin, begin, "", "")


def measure_prefill(measurement, decoder):
    torch, device = measurement.torch, decoder.device
    for length in PLANS[decoder.shape.name][0]:
        if length > decoder.cache_tokens:
            continue
        tokens = torch.randint(decoder.shape.vocabulary, (length,), device=device)
        positions = torch.arange(length, dtype=torch.int32, device=device)
        slots = torch.zeros(length, dtype=torch.int32, device=device)
        measurement.steady(
            "prefill", decoder.shape.name, 1, length, length,
            lambda: decoder.prefill(tokens, positions, slots, 0, length),
        )


def measure_decode(measurement, decoder):
    """In a random order, so that warmth and batch do not go together."""
    _, batches, contexts = PLANS[decoder.shape.name]
    points = [(b, s) for s in contexts for b in batches if b * s <= decoder.cache_tokens]
    random.Random(2).shuffle(points)
    for batch, context in points:
        step = DecodeStep(decoder, batch, context, context)
        step.set_context(context)
        measurement.steady("decode", decoder.shape.name, batch, context, batch, step.run)


def read_quantiles(path):
    """Columns `quantile,input_tokens,output_tokens`, with comments, as in traces-sample/lengths."""
    with open(path, newline="") as file:
        rows = [row for row in csv.reader(line for line in file if not line.startswith("#")) if row]
    return [[float(cell) for cell in row] for row in rows[1:]]


def draw(quantiles, column, uniform):
    for low, high in zip(quantiles, quantiles[1:]):
        if uniform <= high[0]:
            share = (uniform - low[0]) / (high[0] - low[0])
            return round(low[column] + share * (high[column] - low[column]))
    return round(quantiles[-1][column])


def arrivals(arguments, chance):
    """Instants of a Poisson process whose rate swings, with a burst, a lull and a pause: (second, input, output)."""
    quantiles = read_quantiles(arguments.lengths)
    second, requests = 0.0, []
    duration, peak = arguments.mixed_seconds, arguments.requests_per_second
    while True:
        second += chance.expovariate(peak)
        if second >= duration:
            return requests
        part = second / duration
        rate = 0.55 - 0.45 * math.cos(4 * math.pi * part)
        if 0.60 <= part < 0.68:
            rate = 1.0
        if 0.45 <= part < 0.52:
            rate = 0.0
        if chance.random() < rate:
            prompt = min(draw(quantiles, 1, chance.random()), arguments.slot_tokens - 1024)
            output = min(draw(quantiles, 2, chance.random()), 1000)
            requests.append((second, max(1, prompt), max(1, output)))


def measure_mixed(measurement, decoder):
    """Continuous batching: each turn prefills at most one waiting prompt, then decodes one token of all that run."""
    torch, device, arguments = measurement.torch, decoder.device, measurement.arguments
    slot_tokens = arguments.slot_tokens
    batches = [b for b in GRAPH_BATCHES if (b + 1) * slot_tokens <= decoder.cache_tokens]
    steps = {batch: DecodeStep(decoder, batch, slot_tokens, slot_tokens) for batch in batches}
    spare_slot = batches[-1]  # rows that pad a batch to its graph write here
    prompts = torch.randint(decoder.shape.vocabulary, (slot_tokens,), device=device)
    positions = torch.arange(slot_tokens, dtype=torch.int32, device=device)
    slot_of = torch.empty(slot_tokens, dtype=torch.int32, device=device)
    waiting = arrivals(arguments, random.Random(3))
    # PyTorch plans attention anew for each length that it has not seen, for tens of milliseconds on the host.
    for length in sorted({prompt for _, prompt, _ in waiting}):
        slot_of.fill_(0)
        decoder.prefill(prompts[:length], positions[:length], slot_of[:length], 0, slot_tokens)
    measurement.check_budget(arguments.mixed_seconds + 20)
    running, free, log = [], list(range(spare_slot)), []
    measurement.synchronize()
    begin = measurement.now()
    with gzip.open(measurement.out / "mixed-steps.csv.gz", "wt", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("kind", "begin_seconds", "end_seconds", "batch", "tokens", "context_tokens"))
        while waiting or running:
            now = measurement.now()
            arrived = waiting and begin + waiting[0][0] <= now
            if not arrived and not running:
                time.sleep(max(0.0, min(0.001, begin + waiting[0][0] - now)))
                continue
            if arrived and free:
                arrival, prompt, output = waiting.pop(0)
                slot = free.pop()
                slot_of.fill_(slot)
                decoder.prefill(prompts[:prompt], positions[:prompt], slot_of[:prompt], slot, slot_tokens)
                measurement.synchronize()
                first = measurement.now()
                rows.writerow(("prefill", f"{now:.4f}", f"{first:.4f}", 1, prompt, prompt))
                request = {"arrival": begin + arrival, "start": now, "first": first, "slot": slot,
                           "prompt": prompt, "output": output, "made": 1}
                if output > 1:
                    running.append(request)
                else:
                    finish(request, first, free, log)
            if running:
                now = measurement.now()
                step = next(steps[batch] for batch in batches if batch >= len(running))
                context = [r["prompt"] + r["made"] for r in running]
                padding = step.batch - len(running)
                step.lengths.copy_(torch.tensor(context + [1] * padding, dtype=torch.int32))
                step.positions.copy_(torch.tensor([c - 1 for c in context] + [0] * padding, dtype=torch.int32))
                step.slots.copy_(
                    torch.tensor([r["slot"] for r in running] + [spare_slot] * padding, dtype=torch.int32)
                )
                step.run()
                measurement.synchronize()
                end = measurement.now()
                rows.writerow(("decode", f"{now:.4f}", f"{end:.4f}", len(running), len(running), sum(context)))
                for request in running:
                    request["made"] += 1
                    if request["made"] == request["output"]:
                        finish(request, end, free, log)
                running = [r for r in running if r["made"] < r["output"]]
    measurement.point("mixed", decoder.shape.name, "", "", begin, begin, "", sum(r["output"] for r in log))
    with (measurement.out / "requests.csv").open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("arrival_seconds", "input_tokens", "output_tokens", "start_seconds", "first_token_seconds",
                       "finish_seconds"))
        for r in sorted(log, key=lambda r: r["arrival"]):
            rows.writerow((f"{r['arrival']:.4f}", r["prompt"], r["output"], f"{r['start']:.4f}",
                           f"{r['first']:.4f}", f"{r['finish']:.4f}"))


def finish(request, at, free, log):
    request["finish"] = at
    free.append(request["slot"])
    log.append(request)


def build(measurement, name, share_of_free):
    torch, device, arguments = measurement.torch, measurement.device, measurement.arguments
    shape = SHAPES[name]
    if device.type == "cuda":
        room = torch.cuda.mem_get_info(device)[0] - 2 * shape.parameters
        cache_tokens = int(share_of_free * room / shape.cache_bytes_per_token)
    else:
        cache_tokens = 4 * arguments.slot_tokens
    if cache_tokens < arguments.slot_tokens:
        raise SystemExit(f"{name} does not fit this GPU: room for {cache_tokens} tokens of cache")
    begin = measurement.now()
    decoder = Decoder(shape, device, cache_tokens, max(*PLANS[name][0], *PLANS[name][2], arguments.slot_tokens))
    measurement.synchronize()
    measurement.point("build", name, "", "", begin, begin, "", "")
    return decoder


def check(torch, device):
    """Holds decode and prefill of the fused model against plain attention in float64."""
    shape = SHAPES["tiny"]
    decoder = Decoder(shape, device, 4096, 1024)
    torch.manual_seed(5)
    tokens, worst = 300, 0.0
    queries = torch.randn(3, shape.heads, shape.head_width, device=device).to(decoder.embedding.dtype)
    slots = torch.tensor([2, 0, 1], dtype=torch.int32, device=device)
    lengths = torch.tensor([1, 200, tokens], dtype=torch.int32, device=device)
    keys, values = (p[: 4 * 1024 * shape.kv_heads * shape.head_width] for p in decoder.cache[0])
    keys.mul_(50)
    values.mul_(50)
    for splits in (1, 3, 5):
        out = kernels.decode_attention(queries, keys, values, slots, lengths, 1024, shape.kv_heads, splits)
        for i in range(3):
            k, v = (
                p.view(4, shape.kv_heads, 1024, shape.head_width)[int(slots[i]), :, : int(lengths[i])].double()
                .repeat_interleave(shape.heads // shape.kv_heads, 0)
                for p in (keys, values)
            )
            score = torch.einsum("hd,hnd->hn", queries[i].double(), k) * shape.head_width**-0.5
            expected = torch.einsum("hn,hnd->hd", score.softmax(-1), v)
            worst = max(worst, float((out[i].double() - expected).norm() / expected.norm()))
    prompt = torch.randint(shape.vocabulary, (tokens,), device=device)
    positions = torch.arange(tokens, dtype=torch.int32, device=device)
    whole = decoder.prefill(prompt, positions, torch.zeros(tokens, dtype=torch.int32, device=device), 0, 1024)
    decoder.prefill(prompt[:-1], positions[:-1], torch.ones(tokens - 1, dtype=torch.int32, device=device), 1, 1024)
    last = torch.tensor([tokens - 1], dtype=torch.int32, device=device)
    one = torch.tensor([1], dtype=torch.int32, device=device)
    stepped = decoder.decode(prompt[-1:], last, one, last + 1, 1024, 3)
    cached = decoder.cache[-1][0].view(-1, shape.kv_heads, 1024, shape.head_width)[:2, :, :tokens].double()
    apart = float((cached[0] - cached[1]).norm() / cached[0].norm())
    agree = int(whole) == int(stepped)
    print(f"attention is off by {worst:.1e}, cached keys of a step by {apart:.1e}, same next token: {agree}")
    # bf16 rounds by up to 4e-3, and two tokens may be nearly as likely.
    if not (worst < 2e-2 and apart < 3e-2):
        raise SystemExit("the kernels disagree with the reference")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, help="folder to write")
    parser.add_argument("--lengths", required=True, help="quantiles of prompt and output tokens, a CSV file")
    parser.add_argument("--gpu", type=int, default=0, help="index of the GPU (default 0)")
    parser.add_argument("--models", nargs="+", default=["llama-3.1-8b", "llama-3.1-70b-quarter"], choices=SHAPES)
    parser.add_argument("--period-seconds", type=float, default=0.02, help="between two samples of NVML")
    parser.add_argument("--settle-seconds", type=float, default=1.2, help="each load runs this long before it counts")
    parser.add_argument("--window-seconds", type=float, default=2.0, help="and then this long")
    parser.add_argument("--idle-seconds", type=float, default=10.0)
    parser.add_argument("--mixed-seconds", type=float, default=150.0)
    parser.add_argument("--requests-per-second", type=float, default=12.0, help="highest rate of the mixed load")
    parser.add_argument("--slot-tokens", type=int, default=4096, help="longest sequence of the mixed load")
    parser.add_argument("--budget-seconds", type=float, default=3600.0, help="ends before this much time has passed")
    parser.add_argument("--cpu", action="store_true", help="try the program out with the tiny model, without sensors")
    return parser.parse_args()


def main():
    arguments = parse()
    sampler = None
    if not arguments.cpu:
        import sensors

        # Before PyTorch opens a context on the GPU.
        board = sensors.describe(arguments.gpu)
    import torch

    measurement = Measurement(arguments, torch)
    device = measurement.device = torch.device("cpu") if arguments.cpu else torch.device("cuda", arguments.gpu)
    epoch = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=measurement.now())
    if not arguments.cpu:
        sampler = sensors.Sampler(
            measurement.out / "samples.csv.gz", arguments.gpu, measurement.epoch_nanos, arguments.period_seconds
        )
        measurement.idle("idle-no-context", arguments.idle_seconds)
        torch.cuda.set_device(device)
        torch.zeros(1, device=device)
        measurement.idle("idle-context", arguments.idle_seconds)
        board["compute_capability"] = ".".join(map(str, torch.cuda.get_device_capability(device)))
        board["cuda"] = torch.version.cuda
    else:
        board = {}
    board |= {
        "epoch_utc": epoch.isoformat(timespec="milliseconds"),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "arguments": {
            name: pathlib.Path(value).name if name == "lengths" else value
            for name, value in vars(arguments).items()
            if name != "out"
        },
    }
    (measurement.out / "machine.json").write_text(json.dumps(board, indent=2) + "\n")
    try:
        with torch.inference_mode():
            check(torch, device)
            for name in arguments.models:
                decoder = build(measurement, name, 0.9)
                measurement.idle("idle-weights", arguments.idle_seconds / 2)
                load_weights(measurement, decoder, arguments.idle_seconds / 2)
                if name == arguments.models[0]:
                    measure_mixed(measurement, decoder)
                measure_prefill(measurement, decoder)
                measure_decode(measurement, decoder)
                del decoder
                gc.collect()
                torch.cuda.empty_cache()
            measurement.idle("idle-after", arguments.idle_seconds / 2)
    except OutOfTime:
        print("the budget of time is spent; later points were left out")
    finally:
        if sampler:
            sampler.close()
    print(f"{measurement.now():.0f} s; results in {measurement.out}")


if __name__ == "__main__":
    main()
