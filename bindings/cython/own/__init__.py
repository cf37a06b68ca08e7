"""libown from Python and Cython: own.libown and own.cymem for cimport, own.Pool for Python."""
