# tests/mutants/mutants.py - changes the library in one place after another, and looks whether the
# tests see it.
#
#   mutants.py --source TREE --count N --seed N --jobs N [--only REGEX] [--quick] [--again FILE]
#              WORK
#
# Each job has a copy of the sources and two builds in WORK, which the first run makes. A mutant
# never gets into the copy: it is compiled apart, linked into the library, and what was there is put
# back. One that the compiler turns into the same code is not counted.
#
# Those tests run first that have seen most in the same file, and the first that fails or hangs ends
# the mutant. One that the contract tests let live, with the random calls of tests/model, what
# parsers and numpy make of reports and arrays, and what gdb sees of probes, has to survive the unit
# tests too, and then the contract tests of a debug build, which looks at invariants. A test hangs
# if it takes much longer than in the tree as it is.
#
# With --quick neither tests that take QUICK seconds of a processor, or wait for long, nor those of
# compat/, nor the debug build look at a mutant: who lives is to be judged once more, with --again.
#
# WORK/survivors lists who lived, one a line: file:line, kind, the line before and after. Those in
# tests/mutants/argued are equal to what stands there, for the reason that is given there.
import argparse
import collections
import hashlib
import json
import os
import random
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import places

LONGER = 8  # a test hangs that takes so many times its usual time, and SECONDS_MORE
SECONDS_MORE = 5
LIMITS = ["prlimit", "--as=%d" % (8 << 30), "--core=0"]  # what a mutant may take from the system
QUICK = 0.7
LINKER = ["-fuse-ld=gold"] if shutil.which("ld.gold") else []  # twice as fast
SCRIPTS = {"contract": ["tests/report.sh", "tests/numpy.sh", "tests/probes.sh"], "unit": []}
ROOMS_OF_NUMPY = ("src/array", "src/format", "src/buffer")
lock = threading.Lock()


def kill_session(session):
    """Check gives each test that it forks a process group of its own."""
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            if os.getsid(int(name)) == session:
                os.kill(int(name), signal.SIGKILL)
        except ProcessLookupError:
            pass


def run(command, folder, seconds=1200, **environment):
    """The exit status; None where it took too long. Nothing of it is left then."""
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          env={**os.environ, **environment}, start_new_session=True) as child:
        try:
            return child.wait(seconds)
        except subprocess.TimeoutExpired:
            kill_session(child.pid)
            return None
        except BaseException:
            kill_session(child.pid)
            raise


def used_by_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def die(message):
    """Ends all jobs."""
    print("mutants: " + message, file=sys.stderr, flush=True)
    os._exit(1)


def must(command, folder, log):
    with open(log, "wb") as out:
        if subprocess.call(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out):
            die("%s failed, see %s" % (" ".join(command), log))


class Tests:
    """What has seen which mutant, for all jobs."""

    def __init__(self):
        self.seen = collections.Counter()
        self.seconds = {}  # of those that pass in the tree as it is

    def order(self, build, names, path):
        room = os.path.dirname(path)
        topic = os.path.basename(path)[:-2]

        def worth(name):
            return (8 * self.seen[path, name] + 2 * self.seen[room, name] + self.seen["", name] +
                    4 * (topic in name or os.path.basename(room) in name) + 0.5
                    ) / (self.seconds[build, name] + 0.05)
        with lock:
            return sorted((name for name in names if (build, name) in self.seconds), key=worth,
                          reverse=True)

    def saw(self, name, path):
        with lock:
            for place in (path, os.path.dirname(path), ""):
                self.seen[place, name] += 1

    def has(self, build):
        return any(key[0] == build for key in self.seconds)

    def limit(self, build, name):
        return LONGER * self.seconds[build, name] + SECONDS_MORE


class Build:
    """A build whose library can be made from other object files for a while."""

    def __init__(self, folder, tree, cc):
        self.folder, self.tree, self.cc = folder, tree, cc
        self.library = os.path.realpath(os.path.join(folder, ".libs/libown.so"))
        self.archive = os.path.join(folder, "src/.libs/libown-core.a")
        self.objects = sorted(os.path.relpath(os.path.join(where, name), folder)
                              for where, _, names in os.walk(os.path.join(folder, "src"))
                              for name in names
                              if name.startswith("libown_core_la-") and name.endswith(".o"))
        self.flags = self.find_flags()
        self.apart = os.path.join(folder, "apart")
        self.linked = self.objects
        self.commands = {}  # that link unit tests
        for file in (self.library, self.archive):
            if not os.path.exists(file + ".whole"):
                shutil.copy2(file, file + ".whole")
            shutil.copy2(file + ".whole", file)

    def find_flags(self):
        """What the compiler is told beside the names of files."""
        text = subprocess.check_output(
            ["make", "-n", "-W", os.path.join("../tree/src/base/lock.c"), "libown.la"],
            cwd=self.folder, text=True)
        line = next(line for line in text.splitlines() if "-c -o src/base/" in line)
        words = shlex.split(line[line.index("--mode=compile"):line.index(" -MT ")])
        return [word for word in words if word.startswith("-")][1:]

    def object_of(self, path):
        room, name = os.path.split(path)
        return os.path.join(room, ".libs", "libown_core_la-" + name[:-2] + ".o")

    def files_with(self, path):
        """The sources that a change of this file changes."""
        if path.endswith(".c"):
            return [path]
        files = []
        for name in self.objects:
            room, base = os.path.split(os.path.dirname(name))[0], os.path.basename(name)
            source = os.path.join(room, base[len("libown_core_la-"):-2] + ".c")
            listed = os.path.join(self.folder, room, ".deps", base[:-2] + ".Plo")
            with open(listed, encoding="utf-8") as file:
                if "/" + path in file.read():
                    files.append(source)
        return files

    def code(self, file):
        """What an object file does, without where it was compiled."""
        subprocess.check_call(["objcopy", "-g", file, self.apart + "/bare"])
        with open(self.apart + "/bare", "rb") as bare:
            return hashlib.sha256(bare.read()).digest()

    def compile(self, path, text):
        """Puts a changed file into the library. Returns `changed`, `equal` or `the compiler`."""
        shutil.rmtree(self.apart, ignore_errors=True)
        os.makedirs(os.path.join(self.apart, os.path.dirname(path)))
        with open(os.path.join(self.apart, path), "w", encoding="utf-8") as file:
            file.write(text)
        changed = {}
        for source in self.files_with(path):
            own = self.object_of(source)
            new = os.path.join(self.apart, own.replace("/", "-"))
            file = os.path.join(self.apart if source == path else self.tree, source)
            command = [*self.cc, "-I" + self.apart + "/src", *self.flags, "-w", "-fPIC", "-DPIC"]
            if run([*command, "-c", "-o", new, file], self.folder) != 0:
                return "the compiler"
            if self.code(new) != self.code(os.path.join(self.folder, own)):
                changed[own] = new
        if not changed:
            return "equal"
        self.linked = [changed.get(name, name) for name in self.objects]
        command = [self.cc[-1], "-shared", "-fPIC", "-pthread", "-Wl,-z,defs",
                   "-Wl,-soname,libown.so.0",
                   "-Wl,--version-script=" + self.tree + "/src/libown.map", *self.linked,
                   "-o", self.apart + "/libown.so"]
        if run(command, self.folder) != 0:
            return "the compiler"
        os.replace(self.apart + "/libown.so", self.library)
        return "changed"

    def change_archive(self):
        """Puts the changed files into the archive too."""
        if os.path.exists(self.archive):
            os.remove(self.archive)
        run(["ar", "qcs", self.archive, *self.linked], self.folder)
        run(["strip", "-g", self.archive], self.folder)

    def relink(self, name):
        """Links a unit test with the archive, as make would, but in less time."""
        if name not in self.commands:
            file = os.path.join(self.folder, name)
            if os.path.exists(file):
                os.remove(file)
            text = subprocess.check_output(["make", "-n", name], cwd=self.folder, text=True)
            line = next(line for line in text.splitlines() if " -o %s " % name in line)
            words = shlex.split(line[line.index("--mode=link"):])
            self.commands[name] = [self.cc[-1], *LINKER, "-pthread", "-o", name] + [
                re.sub(r"(.*)/(\w[\w-]*)\.la$", r"\1/.libs/\2.a", word)
                for word in words if re.search(r"\.o$|\.la$|^-l", word)]
        return run(self.commands[name], self.folder) == 0

    def put_back(self):
        for file in (self.library, self.archive):
            shutil.copy2(file + ".whole", file + ".next")
            os.replace(file + ".next", file)


class Job:
    def __init__(self, source, work, number, pull):
        self.folder = os.path.join(work, "job%d" % number)
        self.tree = os.path.join(self.folder, "tree")
        os.makedirs(self.folder, exist_ok=True)
        if not os.path.isdir(self.tree):
            must(["git", "clone", "-q", source, self.tree], work, self.folder + ".log")
            must(["./bootstrap"], self.tree, self.folder + ".log")
        if pull:
            must(["git", "pull", "-q"], self.tree, self.folder + ".log")
        self.cc = os.environ.get("CC", "gcc").split()
        self.plain = self.configure("plain")
        self.debug = self.configure("debug", "--enable-debug")
        self.names = {kind: self.programs(kind) for kind in ("contract", "unit")}
        self.builds = {folder: Build(folder, self.tree, self.cc)
                       for folder in (self.plain, self.debug)}

    def configure(self, name, *options):
        build = os.path.join(self.folder, name)
        log = os.path.join(self.folder, name + ".log")
        if not os.path.exists(os.path.join(build, "Makefile")):
            os.makedirs(build, exist_ok=True)
            must(["../tree/configure", "--disable-static", "--disable-comparison", *options,
                  "CC=" + " ".join(self.cc), "CFLAGS=-g1 -O2"], build, log)
        must(["make", "-s", "Makefile"], build, log)
        self.numpy, exporter = "", []
        if self.words("HAVE_PYTHON_HEADER_TRUE", build) != ["#"]:
            self.numpy, exporter = self.words("NUMPY_PYTHON", build)[0], ["tests/numpy/exporter.la"]
        all_of_them = ["libown.la", "tests/report/tree", "tests/probes/subject", *exporter,
                       *self.programs("contract", build)]
        if name == "plain":
            all_of_them += self.programs("unit", build)
        must(self.make("-j%d" % os.cpu_count(), *all_of_them), build, log)
        return build

    def make(self, *targets):
        return ["make", "-s", "LIBTOOL=/bin/sh %s/.ci/libtool" % self.tree, *targets]

    def words(self, name, build):
        """What a variable of the Makefile has."""
        return subprocess.check_output(
            ["make", "-s", "--eval", "words-of-a-variable: ; @echo '$(%s)'" % name,
             "words-of-a-variable"], cwd=build, text=True).split()

    def programs(self, kind, build=None):
        """The unit tests, or all others that link libown.la."""
        build = build or self.plain
        names = self.words(kind + "_tests", build) + self.words("abort_tests", build)
        if kind == "contract":
            names += self.words("stress_tests", build) + self.words("model_programs", build)
        return [name for name in names if ("tests/unit/" in name) == (kind == "unit")]

    def status(self, build, name, seconds):
        command = ["sh", os.path.join(self.tree, name)] if name.endswith(".sh") else ["./" + name]
        return run(LIMITS + command, build, seconds, OWN_TEST_SCALE="30", top_srcdir=self.tree,
                   top_builddir=build, NUMPY_PYTHON=self.numpy, OWN_SHARED="yes",
                   OWN_SANITIZER="no")

    def measure(self, tests, quick):
        """How long each test takes where nothing is changed, if no run has measured that."""
        kept = os.path.join(self.folder, "seconds")
        seconds = {}
        if os.path.exists(kept):
            with open(kept, encoding="utf-8") as file:
                seconds = json.load(file)
        for build, kind in ((self.plain, "contract"), (self.plain, "unit"),
                            (self.debug, "contract")):
            short = os.path.basename(build)
            for name in self.names[kind] + SCRIPTS[kind]:
                if short == "debug" and quick:
                    continue
                word = short + " " + name
                if word not in seconds:
                    begin, used = time.monotonic(), used_by_children()
                    status = self.status(build, name, 120)
                    seconds[word] = None
                    if status == 0:
                        seconds[word] = time.monotonic() - begin, used_by_children() - used
                if seconds[word] is None:
                    print("mutants: left out, for it does not pass: " + word, flush=True)
                elif quick and name.startswith("compat/"):
                    continue
                elif not quick or max(seconds[word][0] / 8, seconds[word][1]) < QUICK:
                    tests.seconds[short, name] = seconds[word][0]
        with open(kept, "w", encoding="utf-8") as file:
            json.dump(seconds, file, indent=0)

    def look(self, build, kind, mutant, tests):
        """The test that sees the mutant in a build; None: none does."""
        short = os.path.basename(build)
        names = tests.order(short, self.names[kind] + SCRIPTS[kind], mutant.path)
        if not mutant.path.startswith(ROOMS_OF_NUMPY):
            names = [name for name in names if name != "tests/numpy.sh"]
        with open(os.path.join(self.tree, mutant.path), encoding="utf-8") as file:
            if "probe_" not in file.read():
                names = [name for name in names if name != "tests/probes.sh"]
        if kind == "unit":
            self.builds[build].change_archive()
        for name in names:
            if kind == "unit" and not self.builds[build].relink(name):
                die("cannot link " + name)
            seconds = tests.limit(short, name)
            # Twice, since a test may also fail because the machine is busy.
            if all(self.status(build, name, seconds) not in (0, 77) for _ in range(2)):
                tests.saw(name, mutant.path)
                return name
        return None

    def judge(self, mutant, tests):
        """The test that sees it, `equal`, `the compiler`, or None."""
        with open(os.path.join(self.tree, mutant.path), encoding="utf-8") as file:
            lines = file.readlines()
        lines[mutant.line - 1] = mutant.after.rstrip("\n") + "\n"
        text = "".join(lines)
        try:
            became = self.builds[self.plain].compile(mutant.path, text)
            if became != "changed":
                return became
            seen = (self.look(self.plain, "contract", mutant, tests) or
                    self.look(self.plain, "unit", mutant, tests))
            if seen or not tests.has("debug"):
                return seen
            if self.builds[self.debug].compile(mutant.path, text) != "changed":
                return None
            return self.look(self.debug, "contract", mutant, tests)
        finally:
            for build in self.builds.values():
                build.put_back()


def candidates(source, only):
    for folder, folders, names in os.walk(os.path.join(source, "src")):
        folders.sort()
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), source)
            if not re.search(r"\.[ch]$", name) or name == "validate.c":
                continue
            if only and not re.search(only, path):
                continue
            with open(os.path.join(source, path), encoding="utf-8") as file:
                yield from places.of_file(path, file.read())


def word(mutant):
    """A line that says which one it is, wherever in its file it stands now."""
    return "%s: %s: %s -> %s" % (mutant.path, mutant.kind, mutant.before.strip(),
                                 mutant.after.strip())


def argued_ones(source):
    """Each `path: kind: before -> after` has its reason in the indented lines below it."""
    with open(os.path.join(source, "tests/mutants/argued"), encoding="utf-8") as file:
        return {line.rstrip("\n") for line in file if line.startswith("src/")}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", default=".")
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=1e9, help="none begins after that")
    parser.add_argument("--only", help="only files whose path has this pattern")
    parser.add_argument("--again", help="only mutants that this list of survivors has")
    parser.add_argument("--but", help="without those of this log")
    parser.add_argument("--quick", action="store_true", help="leaves out what takes long")
    parser.add_argument("--pull", action="store_true", help="builds what has been committed since")
    parser.add_argument("work")
    options = parser.parse_args()
    options.source = os.path.abspath(options.source)
    os.makedirs(options.work, exist_ok=True)
    options.work = os.path.abspath(options.work)

    mutants = list(candidates(options.source, options.only))
    everything = len(mutants)
    random.Random(options.seed).shuffle(mutants)
    if options.again:
        with open(options.again, encoding="utf-8") as file:
            wanted = {line.rstrip("\n").split(" ", 1)[1] for line in file if line.strip()}
        mutants = [mutant for mutant in mutants if word(mutant) in wanted]
    if options.but:
        with open(options.but, encoding="utf-8") as file:
            done = {line.rstrip("\n").split(": ", 1)[1] for line in file if ": " in line}
        mutants = [mutant for mutant in mutants if word(mutant) not in done]
    argued = argued_ones(options.source)
    tests = Tests()
    counts = collections.Counter()
    begin = time.monotonic()
    survivors = open(os.path.join(options.work, "survivors"), "w", encoding="utf-8")
    log = open(os.path.join(options.work, "log"), "w", encoding="utf-8")
    left = iter(mutants)

    def work(job, number):
        job = job or Job(options.source, options.work, number, options.pull)
        while True:
            with lock:
                done = counts["killed"] + counts["survived"] + counts["argued"]
                if done + counts["running"] >= options.count:
                    return
                if time.monotonic() - begin > options.seconds:
                    return
                mutant = next(left, None)
                if mutant is None:
                    return
                counts["running"] += 1
            seen = job.judge(mutant, tests)
            with lock:
                counts["running"] -= 1
                kind = "survived" if seen is None else "equal" if seen == "equal" else "killed"
                if seen == "the compiler":
                    kind = "refused"
                if seen is None and word(mutant) in argued:
                    kind = "argued"
                counts[kind] += 1
                print("%s:%d %s by %s: %s" % (mutant.path, mutant.line, kind, seen, word(mutant)),
                      file=log, flush=True)
                if kind == "survived":
                    print("%s:%d %s" % (mutant.path, mutant.line, word(mutant)),
                          file=survivors, flush=True)

    first = Job(options.source, options.work, 0, options.pull)
    first.measure(tests, options.quick)
    print("mutants: %.0f s for those that no test sees" % sum(tests.seconds.values()), flush=True)
    begin = time.monotonic()
    threads = [threading.Thread(target=work, args=(first if number == 0 else None, number))
               for number in range(options.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    judged = counts["killed"] + counts["survived"]
    print("%d places; %d mutants in %.0f s: %d killed, %d survived (%.1f %% killed); beside them "
          "%d argued, %d the same code, %d that do not compile" % (
              everything, judged, time.monotonic() - begin, counts["killed"], counts["survived"],
              100 * counts["killed"] / max(judged, 1), counts["argued"], counts["equal"],
              counts["refused"]))


if __name__ == "__main__":
    main()
