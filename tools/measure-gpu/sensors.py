"""What NVML says of one GPU, read by a process of its own at a fixed period, so that the load does not delay it."""

import csv
import gzip
import multiprocessing
import os
import time

import pynvml

COLUMNS = (
    "time_seconds",
    "power_instant_watts",
    "power_average_watts",
    "energy_joules",
    "sm_clock_megahertz",
    "memory_clock_megahertz",
    "temperature_celsius",
    "clock_event_reasons",
)


def _powers(device):
    """Instant and averaged draw in watts; empty where the driver does not tell."""
    fields = pynvml.nvmlDeviceGetFieldValues(
        device, [pynvml.NVML_FI_DEV_POWER_INSTANT, pynvml.NVML_FI_DEV_POWER_AVERAGE]
    )
    return ["" if field.nvmlReturn != 0 else field.value.uiVal / 1000 for field in fields]


def _sample(path, index, epoch_nanos, period_seconds, ready, stop):
    pynvml.nvmlInit()
    device = pynvml.nvmlDeviceGetHandleByIndex(index)
    with gzip.open(path, "wt", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        ready.set()
        due = time.monotonic()
        while not stop.is_set():
            instant, average = _powers(device)
            rows.writerow(
                (
                    f"{(time.monotonic_ns() - epoch_nanos) / 1e9:.4f}",
                    instant,
                    average,
                    pynvml.nvmlDeviceGetTotalEnergyConsumption(device) / 1000,
                    pynvml.nvmlDeviceGetClockInfo(device, pynvml.NVML_CLOCK_SM),
                    pynvml.nvmlDeviceGetClockInfo(device, pynvml.NVML_CLOCK_MEM),
                    pynvml.nvmlDeviceGetTemperature(device, pynvml.NVML_TEMPERATURE_GPU),
                    pynvml.nvmlDeviceGetCurrentClocksEventReasons(device),
                )
            )
            due = max(due + period_seconds, time.monotonic())
            stop.wait(max(0.0, due - time.monotonic()))


class Sampler:
    """Samples from construction until `close`; times are seconds since `epoch_nanos` of the monotonic clock."""

    def __init__(self, path, index, epoch_nanos, period_seconds):
        context = multiprocessing.get_context("spawn")
        ready = context.Event()
        self._stop = context.Event()
        self._process = context.Process(
            target=_sample, args=(path, index, epoch_nanos, period_seconds, ready, self._stop), daemon=True
        )
        self._process.start()
        if not ready.wait(30):
            raise RuntimeError("NVML gave no sample within 30 s")

    def close(self):
        self._stop.set()
        self._process.join(30)


def describe(index):
    """The board as found: names, versions, limits and highest clocks."""
    pynvml.nvmlInit()
    device = pynvml.nvmlDeviceGetHandleByIndex(index)
    lowest, highest = pynvml.nvmlDeviceGetPowerManagementLimitConstraints(device)
    return {
        "gpu": pynvml.nvmlDeviceGetName(device),
        "driver": pynvml.nvmlSystemGetDriverVersion(),
        "memory_bytes": pynvml.nvmlDeviceGetMemoryInfo(device).total,
        "power_limit_watts": pynvml.nvmlDeviceGetEnforcedPowerLimit(device) / 1000,
        "lowest_power_limit_watts": lowest / 1000,
        "highest_power_limit_watts": highest / 1000,
        "highest_sm_clock_megahertz": pynvml.nvmlDeviceGetMaxClockInfo(device, pynvml.NVML_CLOCK_SM),
        "highest_memory_clock_megahertz": pynvml.nvmlDeviceGetMaxClockInfo(device, pynvml.NVML_CLOCK_MEM),
        "processors": os.cpu_count(),
    }
