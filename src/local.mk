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
	%D%/array/dlpack.c \
	%D%/array/dlpack.h \
	%D%/array/export.c \
	%D%/array/layout.c \
	%D%/array/make.c \
	%D%/array/print.c \
	%D%/array/reshape.c \
	%D%/array/tile.c \
	%D%/array/view.c \
	%D%/array/walk.c \
	%D%/base/arithmetic.h \
	%D%/base/base.h \
	%D%/base/bits.h \
	%D%/base/fail.h \
	%D%/base/hash.h \
	%D%/base/list.h \
	%D%/base/lock.c \
	%D%/base/lock.h \
	%D%/base/marks.h \
	%D%/base/misuse.c \
	%D%/base/probe.h \
	%D%/base/require.c \
	%D%/base/require.h \
	%D%/base/slot.c \
	%D%/base/slot.h \
	%D%/base/stack.c \
	%D%/base/stack.h \
	%D%/base/ticks.c \
	%D%/base/ticks.h \
	%D%/base/version.c \
	%D%/block/block.c \
	%D%/block/block.h \
	%D%/block/exact.c \
	%D%/block/fast.h \
	%D%/block/find.c \
	%D%/block/foreign.c \
	%D%/block/list.c \
	%D%/block/move.c \
	%D%/block/private.c \
	%D%/block/resize.c \
	%D%/block/sampled.c \
	%D%/block/string.c \
	%D%/buffer/buffer.c \
	%D%/buffer/buffer.h \
	%D%/buffer/data.c \
	%D%/check/block.c \
	%D%/check/check.h \
	%D%/check/object.c \
	%D%/check/place.c \
	%D%/check/record.c \
	%D%/check/record.h \
	%D%/check/tools.c \
	%D%/check/wait.c \
	%D%/check/words.c \
	%D%/chunk/cache.c \
	%D%/chunk/cache.h \
	%D%/chunk/chunk.h \
	%D%/chunk/class.h \
	%D%/chunk/fixed.c \
	%D%/chunk/heap.h \
	%D%/chunk/label.c \
	%D%/chunk/lot.c \
	%D%/chunk/lot.h \
	%D%/chunk/malloc.c \
	%D%/chunk/map.c \
	%D%/chunk/mapped.c \
	%D%/chunk/numbers.c \
	%D%/chunk/runs.h \
	%D%/chunk/segment.c \
	%D%/chunk/slab.c \
	%D%/chunk/source.c \
	%D%/chunk/source.h \
	%D%/chunk/system.c \
	%D%/chunk/tally.c \
	%D%/chunk/tally.h \
	%D%/chunk/validate.c \
	%D%/cycle/analyse.c \
	%D%/cycle/collect.c \
	%D%/cycle/cycle.h \
	%D%/cycle/find.c \
	%D%/cycle/validate.c \
	%D%/extent/extent.c \
	%D%/extent/extent.h \
	%D%/extent/free.c \
	%D%/extent/free.h \
	%D%/extent/join.c \
	%D%/extent/stock.c \
	%D%/extent/stock.h \
	%D%/extent/tracked.c \
	%D%/extent/tracked.h \
	%D%/extent/validate.c \
	%D%/format/fields.c \
	%D%/format/format.c \
	%D%/format/format.h \
	%D%/format/sink.c \
	%D%/format/text.c \
	%D%/large/large.c \
	%D%/large/large.h \
	%D%/large/validate.c \
	%D%/ledger/index.c \
	%D%/ledger/index.h \
	%D%/ledger/ledger.c \
	%D%/ledger/ledger.h \
	%D%/ledger/validate.c \
	%D%/limit/account.c \
	%D%/limit/limit.c \
	%D%/limit/limit.h \
	%D%/list/list.c \
	%D%/list/list.h \
	%D%/memory/fast.h \
	%D%/memory/find.c \
	%D%/memory/first.c \
	%D%/memory/gather.c \
	%D%/memory/list.c \
	%D%/memory/memory.c \
	%D%/memory/memory.h \
	%D%/memory/outside.c \
	%D%/memory/outside.h \
	%D%/memory/resize.c \
	%D%/memory/validate.c \
	%D%/monitor/client.c \
	%D%/monitor/monitor.c \
	%D%/monitor/monitor.h \
	%D%/monitor/place.c \
	%D%/object/checked.c \
	%D%/object/count.h \
	%D%/object/dying.h \
	%D%/object/object.c \
	%D%/object/object.h \
	%D%/object/shared.c \
	%D%/object/teardown.c \
	%D%/object/toggle.c \
	%D%/object/toggle.h \
	%D%/object/validate.c \
	%D%/object/weakref.c \
	%D%/object/weakref.h \
	%D%/object/weaktable.c \
	%D%/ownership/hold.c \
	%D%/ownership/move.c \
	%D%/ownership/ownership.h \
	%D%/ownership/share.c \
	%D%/page/page.c \
	%D%/page/page.h \
	%D%/page/tap.c \
	%D%/page/tap.h \
	%D%/page/validate.c \
	%D%/part/blocks.c \
	%D%/part/handover.c \
	%D%/part/part.c \
	%D%/part/part.h \
	%D%/part/validate.c \
	%D%/pool/contents.c \
	%D%/pool/create.c \
	%D%/pool/exact.c \
	%D%/pool/exact.h \
	%D%/pool/find.c \
	%D%/pool/foreign.c \
	%D%/pool/foreign.h \
	%D%/pool/inside.c \
	%D%/pool/learn.c \
	%D%/pool/limited.c \
	%D%/pool/name.c \
	%D%/pool/pool.c \
	%D%/pool/pool.h \
	%D%/pool/ready.h \
	%D%/pool/release.c \
	%D%/pool/sampled.c \
	%D%/pool/sampled.h \
	%D%/pool/side.c \
	%D%/pool/side.h \
	%D%/pool/tree.c \
	%D%/pool/usage.c \
	%D%/pool/validate.c \
	%D%/pool/walk.c \
	%D%/remote/remote.c \
	%D%/remote/remote.h \
	%D%/report/cycles.c \
	%D%/report/dot.c \
	%D%/report/folded.c \
	%D%/report/gather.c \
	%D%/report/json.c \
	%D%/report/line.c \
	%D%/report/look.c \
	%D%/report/metrics.c \
	%D%/report/nodes.c \
	%D%/report/output.c \
	%D%/report/report.c \
	%D%/report/report.h \
	%D%/report/roots.c \
	%D%/report/sites.c \
	%D%/report/stream.c \
	%D%/report/text.c \
	%D%/site/chance.c \
	%D%/site/describe.c \
	%D%/site/sample.c \
	%D%/site/sample.h \
	%D%/site/site.h \
	%D%/site/stack.c \
	%D%/site/total.c \
	%D%/site/unwind.c \
	%D%/site/unwind.h

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
