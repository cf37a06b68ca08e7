# bench/local.mk - measurements, built by make bench only. HAVE_TALLOC, HAVE_APR, HAVE_MIMALLOC and
# HAVE_GOBJECT say which others there are to compare with.
