# tests/model/local.mk - the library beside a model of its whole contract, with random calls.
#
#     make model MODEL_STEPS=100000000 MODEL_SEED=1

# Of valgrind_tests, in tests/local.mk.
model_programs = %D%/model
once_tests += %D%/wrong.sh
%C%_model_SOURCES = \
	$(model_files) \
	%D%/main.c \
	%D%/shrink.c \
	%D%/write.c
%C%_model_LDADD = libown.la

# What the driver is made of, for all programs that have one.
model_files = \
	%D%/arrays.c \
	%D%/buffers.c \
	%D%/calls.def \
	%D%/calls.h \
	%D%/choices.h \
	%D%/choose.c \
	%D%/cycles.c \
	%D%/foreign.c \
	%D%/ledger.c \
	%D%/life.c \
	%D%/listing.c \
	%D%/lists.c \
	%D%/look.c \
	%D%/memory.c \
	%D%/names.c \
	%D%/objects.c \
	%D%/ownership.c \
	%D%/pieces.c \
	%D%/real.c \
	%D%/real.h \
	%D%/run.c \
	%D%/run.h \
	%D%/sharing.c \
	%D%/things.c \
	%D%/things.h \
	%D%/weak.c \
	%D%/world.h

EXTRA_DIST += \
	%D%/repro.h \
	%D%/wrong.sh

MODEL_STEPS = 10000000
MODEL_SEED = 1
model: %D%/model$(EXEEXT)
	%D%/model$(EXEEXT) --steps $(MODEL_STEPS) --seed $(MODEL_SEED)

.PHONY: model
