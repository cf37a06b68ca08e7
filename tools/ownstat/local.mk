# tools/ownstat/local.mk - ownstat, which shows reports of pools: without jansson it is not built,
# and without ncurses it has no `watch'.

ownstat_sources = \
	%D%/compare.c \
	%D%/compare.h \
	%D%/cycles.c \
	%D%/cycles.h \
	%D%/diff.c \
	%D%/flame.c \
	%D%/graph.c \
	%D%/graph.h \
	%D%/graph_objects.c \
	%D%/graph_pools.c \
	%D%/holders.c \
	%D%/holders.h \
	%D%/html.c \
	%D%/leaks.c \
	%D%/link.c \
	%D%/main.c \
	%D%/members.c \
	%D%/members.h \
	%D%/memory.c \
	%D%/monitor.c \
	%D%/names.c \
	%D%/names.h \
	%D%/ownstat.h \
	%D%/page.c \
	%D%/page.h \
	%D%/parse.c \
	%D%/path.c \
	%D%/places.c \
	%D%/places.h \
	%D%/process.c \
	%D%/report.h \
	%D%/run.c \
	%D%/run.h \
	%D%/save.c \
	%D%/say.c \
	%D%/scan.c \
	%D%/scan.h \
	%D%/show.c \
	%D%/source.c \
	%D%/source.h \
	%D%/symbols.c \
	%D%/text.c \
	%D%/text.h \
	%D%/top.c \
	%D%/tree.c \
	%D%/tree.h
ownstat_watch_sources = \
	%D%/watch.c \
	%D%/watch.h \
	%D%/watch_draw.c \
	%D%/watch_keys.c \
	%D%/watch_view.c

if HAVE_JANSSON
bin_PROGRAMS += %D%/ownstat
%C%_ownstat_CPPFLAGS = -D_GNU_SOURCE -I$(top_srcdir)/include $(DEBUG_CPPFLAGS) $(JANSSON_CFLAGS) \
	-DOWNSTAT_PAGE_FOLDER='"$(pkgdatadir)"'
%C%_ownstat_LDADD = libown.la $(JANSSON_LIBS) -lm
%C%_ownstat_SOURCES = $(ownstat_sources)
if HAVE_NCURSES
%C%_ownstat_CPPFLAGS += -DOWNSTAT_WATCH=1 $(NCURSES_CFLAGS)
%C%_ownstat_LDADD += $(NCURSES_LIBS)
%C%_ownstat_SOURCES += $(ownstat_watch_sources)
else
%C%_ownstat_CPPFLAGS += -DOWNSTAT_WATCH=0
endif

dist_man1_MANS += %D%/ownstat.1
bash_completiondir = $(datadir)/bash-completion/completions
dist_bash_completion_DATA = %D%/completion/ownstat

# Where a program that is not installed finds its page.
noinst_DATA = %D%/page.path
CLEANFILES += %D%/page.path
%D%/page.path: Makefile
	$(AM_V_GEN)printf '%s\n' '$(abs_top_builddir)/tools/page/page.html' \
		'$(abs_top_srcdir)/tools/page/page.html' >$@
endif
