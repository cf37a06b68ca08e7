# benchmark.py - own.cymem beside cymem, in turns: nanoseconds of processor time, the least of some
# rounds.
#
#     python3 setup.py build_ext --inplace && python3 benchmark.py
#
# It compiles tests/calls.pyx for each of the two, so cymem must be installed with its declarations.
# OWN_CFLAGS is as for setup.py.
import importlib
import os
import pathlib
import shlex
import subprocess
import sys
import sysconfig
import tempfile
import time

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))
import cymem.cymem
import own.cymem

ROUNDS = 50


def compile_calls(folder, name, module):
    """The functions of tests/calls.pyx for that module's Pool."""
    source = pathlib.Path(folder, name + ".pyx")
    text = (here / "tests/calls.pyx").read_text().replace("own.cymem", module)
    source.write_text(text)
    includes = [str(here), str(pathlib.Path(cymem.__file__).parents[1])]
    subprocess.check_call([sys.executable, "-m", "cython", "-3",
                           *["-I" + include for include in includes], source])
    flags = shlex.split(os.environ.get("OWN_CFLAGS") or subprocess.check_output(
        ["pkg-config", "--cflags", "own"], text=True))
    subprocess.check_call(
        [*shlex.split(sysconfig.get_config_var("CC")), "-O2", "-w", "-shared", "-fPIC",
         "-I" + sysconfig.get_path("include"), *flags, source.with_suffix(".c"), "-o",
         source.with_suffix(sysconfig.get_config_var("EXT_SUFFIX"))])
    sys.path.insert(0, folder)
    return importlib.import_module(name)


def timed(call, count):
    begin = time.process_time_ns()
    call()
    return (time.process_time_ns() - begin) / count


def pools(module, of):
    make = module.Pool
    def run():
        for _ in range(20000):
            make()
    return run


def ten(module, of):
    make = module.Pool
    def run():
        for _ in range(5000):
            of.times_alloc(make(), 10, 40)
    return run


def addresses(module, of):
    make = module.Address
    def run():
        for _ in range(20000):
            make(4, 8)
    return run


def many(size):
    return lambda module, of: lambda: of.times_alloc(module.Pool(), 20000, size)


def pairs(size, count):
    return lambda module, of: lambda: of.times_alloc_free(module.Pool(), count, size)


rows = [("Pool() and drop", pools, 20000),
        ("Pool(), 10 allocs of 40 B, drop", ten, 5000),
        ("alloc of 16 B, and drop", many(16), 20000),
        ("alloc of 1,000 B, and drop", many(1000), 20000),
        ("alloc and free of 100 B", pairs(100, 20000), 20000),
        ("alloc and free of 100,000 B", pairs(100000, 1000), 1000),
        ("Address()", addresses, 20000)]
with tempfile.TemporaryDirectory() as folder:
    both = ((own.cymem, compile_calls(folder, "calls_of_own", "own.cymem")),
            (cymem.cymem, compile_calls(folder, "calls_of_cymem", "cymem.cymem")))
runs = [[row(module, of) for module, of in both] for name, row, count in rows]
least = [[float("inf")] * 2 for _ in rows]
for _ in range(ROUNDS): # of all rows, so that what else the machine does is spread over them
    for i, (name, row, count) in enumerate(rows):
        for j in range(2):
            least[i][j] = min(least[i][j], timed(runs[i][j], count))
print("%-34s %10s %10s %7s" % ("ns", "own.cymem", "cymem", "ratio"))
for (name, row, count), (ours, theirs) in zip(rows, least):
    print("%-34s %10.1f %10.1f %7.2f" % (name, ours, theirs, ours / theirs))
