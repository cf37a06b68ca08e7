# setup.py - the package `own`, on a libown that pkg-config finds:
#
#     python3 setup.py build_ext --inplace
#
# OWN_CFLAGS and OWN_LIBS are used instead of pkg-config where they are set.
import os
import shlex
import subprocess

from setuptools import Extension, setup
from Cython.Build import cythonize


def flags(variable, option):
    words = os.environ.get(variable)
    if words is None:
        words = subprocess.check_output(["pkg-config", option, "own"], text=True)
    return shlex.split(words)


# gcc would clear each new object by rep stos, which takes longer than memset where it is small.
arguments = flags("OWN_CFLAGS", "--cflags") + ["-fno-builtin-memset"]
extensions = [
    Extension("own." + name, ["own/%s.pyx" % name], extra_compile_args=arguments,
              extra_link_args=flags("OWN_LIBS", "--libs"))
    for name in ("array", "cymem", "dlpack", "items", "pool")]
setup(name="own", version="0.1.0", description="Counted pools that own memory", packages=["own"],
      package_data={"own": ["*.pxd"]}, ext_modules=cythonize(extensions, language_level=3))
