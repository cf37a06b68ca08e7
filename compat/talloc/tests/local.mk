# compat/talloc/tests/local.mk - tests of libown-talloc, each of which is built with libtalloc too,
# where that is installed: libtalloc.sh runs those.

talloc_world = %D%/included.h %D%/world.c %D%/world.h
talloc_driver = %D%/included.h %D%/differential.c %D%/differential.h %D%/differential_calls.c

talloc_check = # programs of Check, for Valgrind too
talloc_children = # those that start processes, which abort
talloc_theirs =

if HAVE_CHECK
talloc_check += %D%/destructors %D%/pools %D%/references %D%/strings %D%/tree
%C%_destructors_SOURCES = %D%/destructors.c $(talloc_world)
%C%_destructors_LDADD = $(TALLOC_OURS)
%C%_pools_SOURCES = %D%/pools.c $(talloc_world)
%C%_pools_LDADD = $(TALLOC_OURS)
%C%_references_SOURCES = %D%/references.c $(talloc_world)
%C%_references_LDADD = $(TALLOC_OURS)
%C%_strings_SOURCES = %D%/strings.c $(talloc_world)
%C%_strings_LDADD = $(TALLOC_OURS)
%C%_tree_SOURCES = %D%/tree.c $(talloc_world)
%C%_tree_LDADD = $(TALLOC_OURS)
endif
