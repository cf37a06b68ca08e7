# tests/numpy/local.mk - what tests/numpy.sh runs: Python programs, and a small extension module.

if HAVE_PYTHON_HEADER
check_LTLIBRARIES += %D%/exporter.la
%C%_exporter_la_SOURCES = %D%/exporter.c
%C%_exporter_la_CPPFLAGS = -I$(top_srcdir)/include $(NUMPY_PYTHON_CPPFLAGS)
%C%_exporter_la_LIBADD = libown.la
%C%_exporter_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath $(abs_builddir)/%D%
endif

EXTRA_DIST += \
	%D%/exporter.c \
	%D%/formats.py \
	%D%/lifetime.py \
	%D%/model.py \
	%D%/own.py \
	%D%/text.py
