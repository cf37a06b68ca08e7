# __init__.pxd - the classes for cimport: from own cimport Pool, Address, Array.
from own.array cimport Array
from own.pool cimport Address, Pool
