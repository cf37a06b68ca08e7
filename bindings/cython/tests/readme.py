# readme.py - the programs in README print what it says they do: an indented block that begins with
# `import', and the next one.
import contextlib
import io
import pathlib
import sys
import textwrap

text = pathlib.Path(sys.argv[1]).read_text()
blocks, lines = [], []
for line in text.splitlines() + ["."]:
    if line.startswith("    ") or not line:
        lines.append(line)
    else:
        blocks.append(textwrap.dedent("\n".join(lines)).strip("\n"))
        lines = []
count = 0
for block in blocks:
    if not block.startswith("import ") or "install()" in block:
        continue
    program, expected = block.rsplit("\n\n", 1)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program, "README", "exec"), {})
    if out.getvalue().rstrip("\n") != expected:
        sys.exit("README says:\n%s\nits program prints:\n%s" % (expected, out.getvalue()))
    count += 1
assert count == 2, "README has %d programs" % count
