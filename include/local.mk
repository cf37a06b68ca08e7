# include/local.mk - the public headers, installed as they lie here.

include_HEADERS = %D%/own.h %D%/own.hpp

ownincludedir = $(includedir)/own
owninclude_HEADERS = \
	%D%/own/allocator.h \
	%D%/own/analyzer.h \
	%D%/own/analyzer_pool.h \
	%D%/own/array.h \
	%D%/own/attributes.h \
	%D%/own/block.h \
	%D%/own/buffer.h \
	%D%/own/check.h \
	%D%/own/collect.h \
	%D%/own/chunks.h \
	%D%/own/contents.h \
	%D%/own/export.h \
	%D%/own/iterate.h \
	%D%/own/list.h \
	%D%/own/memory.h \
	%D%/own/misuse.h \
	%D%/own/monitor.h \
	%D%/own/object.h \
	%D%/own/pool.h \
	%D%/own/pool.hpp \
	%D%/own/ref.hpp \
	%D%/own/report.h \
	%D%/own/version.h \
	%D%/own/weakref.h

owncompatincludedir = $(ownincludedir)/compat
owncompatinclude_HEADERS = \
	%D%/own/compat/apr_names.h \
	%D%/own/compat/apr_pools.h \
	%D%/own/compat/talloc.h \
	%D%/own/compat/talloc_names.h
