# tests/fuzz/local.mk - targets of fuzzing: for make check programs that go over their corpus, and
# for make fuzz (tests/fuzz/fuzz.sh) one for libFuzzer each.
#
#     make fuzz FUZZ_SECONDS=60 FUZZ_TARGETS='format glob'

fuzz_targets = %D%/format %D%/glob %D%/market %D%/model %D%/words
%C%_format_SOURCES = %D%/format.c $(fuzz_main)
%C%_format_LDADD = libown.la
%C%_format_LDFLAGS = $(FUZZ_FLAGS)

%C%_glob_SOURCES = %D%/glob.c $(fuzz_main) examples/respd/glob.c
%C%_glob_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/examples/respd
%C%_glob_LDADD =
%C%_glob_LDFLAGS = $(FUZZ_FLAGS)

%C%_market_SOURCES = %D%/market.c $(fuzz_main) examples/matrices/market.c
%C%_market_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/examples/matrices
%C%_market_LDADD =
%C%_market_LDFLAGS = $(FUZZ_FLAGS)

%C%_model_SOURCES = %D%/model.c $(fuzz_main) $(model_files)
%C%_model_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/model
%C%_model_LDADD = libown.la
%C%_model_LDFLAGS = $(FUZZ_FLAGS)

%C%_words_SOURCES = %D%/words.c $(fuzz_main)
%C%_words_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/src
%C%_words_LDADD = src/libown-core.la
%C%_words_LDFLAGS = $(FUZZ_FLAGS)

fuzz_targets += %D%/resp
%C%_resp_SOURCES = %D%/resp.c $(fuzz_main) \
	examples/respd/census.c \
	examples/respd/inline.c \
	examples/respd/number.c \
	examples/respd/parser.c \
	examples/respd/request.c \
	examples/respd/text.c
%C%_resp_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/examples/respd $(UV_CFLAGS) $(HIREDIS_CFLAGS)
%C%_resp_LDADD = libown.la $(UV_LIBS) $(HIREDIS_LIBS)
%C%_resp_LDFLAGS = $(FUZZ_FLAGS)

if HAVE_JANSSON
fuzz_targets += %D%/ownstat
%C%_ownstat_SOURCES = %D%/ownstat.c $(fuzz_main) \
	tools/ownstat/link.c \
	tools/ownstat/members.c \
	tools/ownstat/memory.c \
	tools/ownstat/names.c \
	tools/ownstat/parse.c \
	tools/ownstat/say.c \
	tools/ownstat/scan.c
%C%_ownstat_CPPFLAGS = -D_GNU_SOURCE $(AM_CPPFLAGS) -I$(top_srcdir)/tools/ownstat $(JANSSON_CFLAGS)
%C%_ownstat_LDADD = libown.la $(JANSSON_LIBS) -lm
%C%_ownstat_LDFLAGS = $(FUZZ_FLAGS)
endif

# libFuzzer has a main of its own: make fuzz sets FUZZ_LINK, and leaves ours out.
FUZZ_LINK =
FUZZ_FLAGS = $(AM_LDFLAGS) -no-install $(FUZZ_LINK)
fuzz_main = %D%/plain.c %D%/target.h

check_PROGRAMS += $(fuzz_targets)
TESTS += $(fuzz_targets)
AM_TESTS_ENVIRONMENT += export FUZZ_CORPUS='$(abs_top_srcdir)/%D%/corpus';

EXTRA_DIST += %D%/fuzz.sh %D%/corpus

FUZZ_ENGINE = libfuzzer
FUZZ_SECONDS = 60
FUZZ_TARGETS = format glob market model ownstat resp words
fuzz:
	@MAKE='$(MAKE)' top_srcdir='$(abs_top_srcdir)' \
		FUZZ_SECONDS='$(FUZZ_SECONDS)' FUZZ_TARGETS='$(FUZZ_TARGETS)' FUZZ_ENGINE='$(FUZZ_ENGINE)' \
		$(SHELL) $(srcdir)/%D%/fuzz.sh

.PHONY: fuzz
