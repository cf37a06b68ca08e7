# conanfile.py - a recipe for Conan 2: conan create packaging/conan, in a tree where ./bootstrap has
# been run.
import os

from conan import ConanFile
from conan.tools.files import copy
from conan.tools.gnu import Autotools, AutotoolsToolchain
from conan.tools.layout import basic_layout


class OwnConan(ConanFile):
    name = "libown"
    description = "Counted pools that own memory, objects and each other"
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False]}
    default_options = {"shared": True}

    def set_version(self):
        path = os.path.join(self.recipe_folder, "../../include/own/version.h")
        with open(path, encoding="utf-8") as file:
            parts = [line.split()[-1] for line in file if line.startswith("#define OWN_VERSION_")]
        self.version = ".".join(parts[:3])

    def export_sources(self):
        copy(self, "*", os.path.join(self.recipe_folder, "../.."), self.export_sources_folder,
             excludes=["build*", ".git"])

    def configure(self):
        self.settings.rm_safe("compiler.libcxx")
        self.settings.rm_safe("compiler.cppstd")

    def layout(self):
        basic_layout(self)

    def generate(self):
        chain = AutotoolsToolchain(self)
        chain.configure_args.append("--disable-comparison")
        chain.generate()

    def build(self):
        autotools = Autotools(self)
        autotools.configure()
        autotools.make()

    def package(self):
        Autotools(self).install()

    def package_info(self):
        self.cpp_info.libs = ["own"]
        self.cpp_info.system_libs = ["pthread"]
        self.cpp_info.set_property("pkg_config_name", "own")
        self.cpp_info.set_property("cmake_file_name", "own")
        self.cpp_info.set_property("cmake_target_name", "own::own")
