#!/usr/bin/env python3
# tests/ownstat/check_speedscope.py - checks a file against the rules of
# https://www.speedscope.app/file-format-schema.json, and what they mean: indices are those of frames,
# each sample has a weight, and the end is the sum. Nothing that the schema does not name is allowed.
#
#   check_speedscope.py FILE PROFILES   prints the sum of weights of each profile

import json
import sys

UNITS = ["none", "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"]


def members(what, item, required, optional=()):
    assert isinstance(item, dict), "%s is no object" % what
    for name in required:
        assert name in item, "%s has no %s" % (what, name)
    for name in item:
        assert name in required or name in optional, "%s has %s" % (what, name)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def check_frame(what, frame):
    members(what, frame, ["name"], ["file", "line", "col"])
    assert isinstance(frame["name"], str), what
    assert isinstance(frame.get("file", ""), str), what
    assert is_number(frame.get("line", 1)) and is_number(frame.get("col", 1)), what


def check_profile(what, profile, frames):
    members(what, profile,
            ["type", "name", "unit", "startValue", "endValue", "samples", "weights"])
    assert profile["type"] == "sampled", what
    assert isinstance(profile["name"], str) and profile["unit"] in UNITS, what
    assert is_number(profile["startValue"]) and is_number(profile["endValue"]), what
    samples, weights = profile["samples"], profile["weights"]
    assert isinstance(samples, list) and isinstance(weights, list), what
    assert len(samples) == len(weights), "%s: not a weight for each sample" % what
    for sample in samples:
        assert isinstance(sample, list) and sample, "%s: an empty sample" % what
        for index in sample:
            assert type(index) is int and 0 <= index < frames, "%s: no frame %r" % (what, index)
    assert all(is_number(weight) and weight >= 0 for weight in weights), what
    assert profile["endValue"] - profile["startValue"] == sum(weights), "%s: not the sum" % what
    return sum(weights)


def check(report, profiles):
    members("the file", report, ["$schema", "shared", "profiles"],
            ["name", "activeProfileIndex", "exporter"])
    assert report["$schema"] == "https://www.speedscope.app/file-format-schema.json"
    assert isinstance(report.get("name", ""), str) and isinstance(report.get("exporter", ""), str)
    members("shared", report["shared"], ["frames"])
    frames = report["shared"]["frames"]
    assert isinstance(frames, list)
    for number, frame in enumerate(frames):
        check_frame("frame %d" % number, frame)
    assert len(report["profiles"]) == profiles, "%d profiles" % len(report["profiles"])
    assert 0 <= report.get("activeProfileIndex", 0) < profiles
    return [check_profile("profile %d" % number, profile, len(frames))
            for number, profile in enumerate(report["profiles"])]


def main():
    with open(sys.argv[1]) as file:
        report = json.load(file)
    print(*check(report, int(sys.argv[2])))


main()
