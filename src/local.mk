# src/local.mk - the library: all code in a convenience archive, and a thin libown.la over it.
#
# What the installed library must have hidden, unit tests can still reach in the archive.

noinst_LTLIBRARIES += %D%/libown-core.la
%C%_libown_core_la_CPPFLAGS = -I$(top_srcdir)/include $(DEBUG_CPPFLAGS) -I$(top_srcdir)/src
%C%_libown_core_la_CFLAGS = $(AM_CFLAGS) $(LIBRARY_CFLAGS)
%C%_libown_core_la_SOURCES = \
	%D%/array/array.c \
	%D%/array/array.h \
	%D%/array/copy.c \
	%D%/array/dlpack.h \
	%D%/array/export.c \
	%D%/array/format.c \
	%D%/array/layout.c \
	%D%/array/make.c \
	%D%/array/print.c \
	%D%/array/reshape.c \
	%D%/array/text.c \
	%D%/array/tile.c \
	%D%/array/view.c \
	%D%/array/walk.c \
	%D%/base/arithmetic.h \
	%D%/base/barrier.c \
	%D%/base/barrier.h \
	%D%/base/base.h \
	%D%/base/biased.c \
	%D%/base/biased.h \
	%D%/base/list.h \
	%D%/base/lock.c \
	%D%/base/lock.h \
	%D%/base/marks.h \
	%D%/base/misuse.c \
	%D%/base/stack.c \
	%D%/base/stack.h \
	%D%/base/thread.c \
	%D%/base/thread.h \
	%D%/base/ticks.c \
	%D%/base/ticks.h \
	%D%/base/version.c \
	%D%/buffer/buffer.c \
	%D%/buffer/buffer.h \
	%D%/buffer/memory.c \
	%D%/chunk/cache.c \
	%D%/chunk/chunk.h \
	%D%/chunk/class.h \
	%D%/chunk/heap.h \
	%D%/chunk/map.c \
	%D%/chunk/segment.c \
	%D%/chunk/slab.c \
	%D%/chunk/system.c \
	%D%/chunk/validate.c \
	%D%/object/count.h \
	%D%/object/dying.h \
	%D%/object/object.c \
	%D%/object/object.h \
	%D%/object/shared.c \
	%D%/object/teardown.c \
	%D%/object/validate.c \
	%D%/object/weakref.c \
	%D%/object/weakref.h \
	%D%/object/weaktable.c \
	%D%/pool/adopt.c \
	%D%/pool/bins.h \
	%D%/pool/block.c \
	%D%/pool/extent.c \
	%D%/pool/extent.h \
	%D%/pool/foreign.c \
	%D%/pool/holes.c \
	%D%/pool/holes.h \
	%D%/pool/inside.c \
	%D%/pool/large.c \
	%D%/pool/ledger.c \
	%D%/pool/ledger.h \
	%D%/pool/learn.c \
	%D%/pool/limit.c \
	%D%/pool/own.c \
	%D%/pool/place.c \
	%D%/pool/place.h \
	%D%/pool/pool.c \
	%D%/pool/pool.h \
	%D%/pool/private.c \
	%D%/pool/quick.c \
	%D%/pool/quick.h \
	%D%/pool/share.c \
	%D%/pool/shared.c \
	%D%/pool/shared.h \
	%D%/pool/shelf.c \
	%D%/pool/string.c \
	%D%/pool/tree.c \
	%D%/pool/usage.c \
	%D%/pool/validate.c

lib_LTLIBRARIES += libown.la
libown_la_SOURCES =
libown_la_LIBADD = %D%/libown-core.la
libown_la_LDFLAGS = $(AM_LDFLAGS) $(LIBRARY_LDFLAGS) \
	-no-undefined -version-info $(OWN_VERSION_INFO)
if HAVE_VERSION_SCRIPT
libown_la_LDFLAGS += -Wl,--version-script=$(srcdir)/%D%/libown.map
libown_la_DEPENDENCIES = %D%/libown-core.la %D%/libown.map
else
libown_la_LDFLAGS += -export-symbols-regex '^own_'
endif

EXTRA_DIST += \
	%D%/README \
	%D%/libown.map
