# tests/abi/signatures.py - what programs that were compiled with the headers rely on: the types of
# the functions and the layout of the structs that they see. Run by gdb, on a library with debug
# information:
#
#     gdb -batch -nx -x signatures.py libown.so -ex 'python write("libown.map", "include")'
import glob
import os
import re

import gdb


def exported(path):
    with open(path, encoding="utf-8") as file:
        return re.findall(r"^\s+(own_\w+);", file.read(), re.M)


def public_types(folder):
    """Structs, unions and enumerations that have a body in a public header."""
    names = set()
    for path in glob.glob(os.path.join(folder, "own/*.h")):
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
        names.update("struct " + name for name in re.findall(r"^(?:typedef )?struct (\w+) \{", text,
                                                             re.M))
        names.update(re.findall(r"^typedef (?:enum|struct|union)(?: \w+)? \{.*?^\} (\w+);", text,
                                re.M | re.S))
    return names


def write(version_script, headers):
    for name in sorted(exported(version_script)):
        symbol = gdb.lookup_global_symbol(name)
        if symbol is None:
            raise gdb.GdbError("no debug information of %s" % name)
        print("%s: %s" % (name, symbol.type))
    for name in sorted(public_types(headers)):
        try:
            layout = gdb.execute("ptype/o " + name, to_string=True).strip()
            print("\n" + layout.replace("/* XXX ", "/*     "))  # gdb marks holes so
        except gdb.error:
            pass  # one that the library itself has no use for
