# tests/mutants/places.py - the places of a C file that can be changed, and what to.
#
# A change is one token, one condition or one call. What would change nothing by design is left out:
# comments, directives, assertions, hints to the compiler, and what only a debug build has.
import re
from collections import namedtuple

Mutant = namedtuple("Mutant", "path line kind before after")

SWAPS = [
    ("comparison", re.compile(r"(?<=[\w\])] )(<=|>=|==|!=|<|>)(?= [\w(\-!*&~'])"), {
        "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}),
    ("logic", re.compile(r"(?<= )(&&|\|\|)(?=[ \n])"), {"&&": "||", "||": "&&"}),
    ("arithmetic", re.compile(r"(?<=[\w\])] )([+-]|[+-]=)(?= [\w(*&])"), {
        "+": "-", "-": "+", "+=": "-=", "-=": "+="}),
    ("step", re.compile(r"(?<=\w)(\+\+|--)|(?<=[ (])(\+\+|--)(?=\w)"), {"++": "--", "--": "++"}),
    ("bits", re.compile(r"(?<=[\w\])] )(&|\||<<|>>)(?= [\w(~])"), {
        "&": "|", "|": "&", "<<": ">>", ">>": "<<"}),
    ("answer", re.compile(r"(?<=return )(true|false)(?=;)"), {"true": "false", "false": "true"}),
]
CONSTANT = re.compile(r"(?<![\w.\"'])(0x[0-9a-fA-F]+|\d+)(?=[UuLlZz]*\b)(?![\w.]*\")")
CONDITION = re.compile(r"(?<!\w)(if|while) \((?!OWN_DEBUG)")
CALL = re.compile(r"^\s+(?:\(void\))?[a-z]\w*\([^{}]*\);$|^\s+[a-z_]\w*\([^{}]*\);$")
LEFT_OUT = re.compile(
    r"OWN_DEBUG|_Static_assert|require\(|__builtin_prefetch|^#|^\s*(/\*|\*)|extern |^\s*case "
    r"|PROBE|probe_|__asm__\(""|fprintf\(stderr")


def without_comments(line):
    """The same length, with comments and strings blank."""
    def blank(match):
        return " " * len(match.group(0))
    line = re.sub(r'"(?:\\.|[^"\\])*"', blank, line)
    line = re.sub(r"/\*.*?(\*/|$)", blank, line)
    return re.sub(r"//.*", blank, line)


def end_of_condition(text, begin):
    """Where the bracket that opens at begin closes; None: not on this line."""
    depth = 0
    for at in range(begin, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return None


def of_line(path, number, line, code):
    def mutant(kind, begin, end, text):
        return Mutant(path, number, kind, line, line[:begin] + text + line[end:])

    for kind, pattern, swaps in SWAPS:
        for match in pattern.finditer(code):
            yield mutant(kind, match.start(), match.end(), swaps[match.group(0)])
    for match in CONSTANT.finditer(code):
        value = int(match.group(1), 0)
        yield mutant("constant", match.start(), match.end(), str(value + 1))
    for match in CONDITION.finditer(code):
        begin = match.end() - 1
        end = end_of_condition(code, begin)
        if end is not None:
            yield mutant("condition", begin, end + 1, "(!%s)" % line[begin:end + 1])
    if CALL.match(code.rstrip("\n")) and "return" not in code:
        yield mutant("call", 0, len(line.rstrip("\n")), "    (void)0;")


def of_file(path, text):
    """All mutants of a file."""
    inside = False  # a function's body: a line that is `{` opens it, one that is `}` ends it
    comment = False
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if line.rstrip() == "{":
            inside = True
        elif line.startswith("}"):
            inside = False
        code = without_comments(line)
        was_comment = comment
        if comment:
            comment = "*/" not in line
        elif "/*" in line and "*/" not in line[line.index("/*"):]:
            comment = True
        if inside and not was_comment and not LEFT_OUT.search(line):
            yield from of_line(path, number, line, code)
