# pools.py - own.Pool and own.Address do what their docstrings say.
import gc
import subprocess
import sys
import threading
import unittest
import weakref

import cimports
import own


class Thing:
    pass


class PoolTest(unittest.TestCase):
    def test_a_pool_frees_its_blocks(self):
        pool = own.Pool("larder")
        blocks = [pool.alloc(1000) for _ in range(100)]
        self.assertEqual(pool.usage().blocks, 100)
        self.assertGreaterEqual(pool.usage().bytes, 100000)
        for block in blocks[:50]:
            pool.free(block)
        self.assertEqual(pool.usage().blocks, 50)
        pool.clear()
        self.assertEqual((pool.usage().blocks, pool.closed), (0, False))
        pool.close()
        self.assertTrue(pool.closed)
        pool.close()

    def test_names(self):
        pool = own.Pool("a name with é and %s")
        self.assertEqual(pool.name, "a name with é and %s")
        pool.name = "other"
        self.assertEqual((pool.name, repr(pool)), ("other", "<own.Pool 'other'>"))
        self.assertEqual(own.Pool().name, "own.Pool")
        for wrong, error in ((1, TypeError), (None, TypeError), ("a\0b", ValueError)):
            with self.assertRaises(error):
                pool.name = wrong
        self.assertEqual(pool.name, "other")
        with self.assertRaises(TypeError):
            own.Pool(5)

    def test_a_tree(self):
        root = own.Pool("root")
        one, two = own.Pool("one", root), own.Pool("two", parent=root)
        leaf = own.Pool("leaf", one)
        self.assertEqual(root.children, [two, one])
        self.assertIs(one.children[0], leaf)
        self.assertIs(leaf.parent, one)
        self.assertIsNone(root.parent)
        self.assertEqual(root.total().pools, 4)
        leaf.alloc(100)
        del one, leaf # their parent holds them
        self.assertEqual((root.total().pools, root.total().blocks), (4, 1))
        self.assertEqual(root.children[1].children[0].name, "leaf")
        two.close()
        self.assertEqual(root.total().pools, 3)
        root.clear()
        self.assertEqual((root.total().pools, root.total().blocks), (1, 0))

    def test_a_child_that_is_referred_to_survives(self):
        root = own.Pool("root")
        child = own.Pool("child", root)
        block = child.alloc(10)
        root.close()
        self.assertIsNone(child.parent)
        memoryview(block)[:] = b"0123456789"
        self.assertEqual(bytes(block), b"0123456789")

    def test_with(self):
        with own.Pool("short") as pool:
            block = pool.alloc(10)
        self.assertTrue(pool.closed)
        for call in (pool.usage, pool.share, pool.__enter__, block.free, lambda: pool.name,
                     lambda: pool.children, lambda: own.Pool("child", pool),
                     lambda: pool.alloc(1), lambda: memoryview(block), lambda: block.addr,
                     lambda: own.Array(3, pool=pool), lambda: pool.hold(1)):
            with self.assertRaises(ValueError):
                call()
        self.assertEqual((repr(pool), repr(block)), ("<own.Pool, closed>", "<own.Address, freed>"))

    def test_what_a_pool_holds(self):
        root = own.Pool("root")
        child = own.Pool("child", root)
        thing = Thing()
        gone = weakref.ref(thing)
        child.hold(thing)
        del thing, child
        gc.collect()
        self.assertIsNotNone(gone())
        self.assertEqual(root.total().deferred, 1)
        del root
        self.assertIsNone(gone())

    def test_deferred_calls(self):
        calls = []
        pool = own.Pool()
        for i in range(3):
            pool.defer(lambda i=i: calls.append(i))
        own.Pool("child", pool).defer(lambda: calls.append("child"))
        pool.defer(lambda: calls.append(3))
        pool.clear()
        self.assertEqual(calls, [3, "child", 2, 1, 0])
        pool.defer(lambda: calls.append("last"))
        del pool
        self.assertEqual(calls[-1], "last")
        with self.assertRaises(TypeError):
            own.Pool().defer(5)

    def test_an_exception_of_a_deferred_call(self):
        seen = []
        hook, sys.unraisablehook = sys.unraisablehook, lambda what: seen.append(what.exc_type)
        try:
            with self.assertRaises(KeyError): # which is not lost meanwhile
                with own.Pool() as pool:
                    pool.defer(lambda: 1 / 0)
                    raise KeyError
        finally:
            sys.unraisablehook = hook
        self.assertEqual(seen, [ZeroDivisionError])

    def test_a_pool_in_its_own_deferred_call(self):
        seen = []
        pool = own.Pool()

        def call(pool):
            for use in (lambda: pool.alloc(1), pool.clear, pool.close, pool.usage):
                try:
                    use()
                except ValueError:
                    seen.append(use)
        pool.defer(lambda: call(pool))
        pool.clear()
        self.assertEqual(len(seen), 4)
        self.assertEqual(pool.usage().blocks, 0)

    def test_the_end_of_the_interpreter(self):
        program = """if True:
            import own
            pool = own.Pool()
            block = pool.alloc(100)
            view = memoryview(block)
            pool.hold([])
            pool.defer(lambda: print("called"))
            arrays = [own.Array(1000, pool=pool), own.asarray(bytearray(100))]
            others = [memoryview(array) for array in arrays]
            tensors = [array.__dlpack__() for array in arrays]
            own.Pool().defer(lambda: print("in time"))
            """
        done = subprocess.run([sys.executable, "-X", "dev", "-c", program], capture_output=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"in time\n", b""))

    def test_a_parent_that_dies_is_saved(self):
        saved = []
        root = own.Pool("root")
        root.alloc(100)
        child = own.Pool("child", root)
        root.defer(lambda: saved.append(child.parent))
        del root
        self.assertEqual([pool.name for pool in saved], ["root"])
        saved[0].alloc(10)
        self.assertEqual(saved[0].usage().blocks, 2)

    def test_limits(self):
        root = own.Pool(limit=200000)
        child = own.Pool(parent=root)
        with self.assertRaises(own.LimitError):
            child.alloc(1000000)
        with self.assertRaises(MemoryError):
            child.alloc(1 << 40, 1 << 40)
        with self.assertRaises(MemoryError):
            own.Array(1000000, pool=child)
        self.assertEqual(root.total().blocks, 0)
        root.set_limit(0)
        child.alloc(1000000)
        with self.assertRaises(own.LimitError):
            own.Pool(limit=1)
        with self.assertRaises(own.LimitError):
            own.Pool("n" * 100000, limit=5000)
        with self.assertRaises(OverflowError):
            own.Pool(limit=-1)

    def test_a_pool_is_made_once(self):
        pool = own.Pool()
        with self.assertRaises(RuntimeError):
            pool.__init__()
        with self.assertRaises(ValueError):
            own.Pool.__new__(own.Pool).usage()

    def test_shared(self):
        pool = own.Pool()
        self.assertFalse(pool.shared)
        pool.share()
        self.assertTrue(pool.shared)
        self.assertTrue(own.Pool(parent=pool).shared)
        with self.assertRaises(ValueError):
            pool.name = "other"

    def test_several_threads(self):
        root = own.Pool("root")

        def work():
            for i in range(300):
                child = own.Pool("child", root)
                block = child.alloc(50)
                memoryview(block)[:] = bytes([i % 256]) * 50
                if bytes(block) == bytes([i % 256]) * 50:
                    done.append(i)
                child.close()
        done = []
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((len(done), root.total().pools), (1200, 1))


class AddressTest(unittest.TestCase):
    def test_a_block_of_its_own(self):
        block = own.Address(10, 8)
        self.assertEqual((block.size, len(block), bytes(block)), (80, 80, bytes(80)))
        pool = block.pool
        del block
        self.assertEqual(pool.usage().blocks, 1)

    def test_a_block_keeps_its_pool(self):
        block = own.Pool().alloc(100)
        gc.collect()
        self.assertEqual(bytes(block), bytes(100))

    def test_views(self):
        block = own.Pool().alloc(16)
        with memoryview(block) as view:
            self.assertEqual((view.format, view.readonly, view.shape), ("B", False, (16,)))
            view.cast("I")[1] = 0x01020304
            for call in (block.free, lambda: block.resize(5), block.pool.clear, block.pool.close):
                with self.assertRaises(BufferError):
                    call()
        self.assertEqual(bytes(block)[4:8], (0x01020304).to_bytes(4, sys.byteorder))
        block.free()
        with self.assertRaises(ValueError):
            memoryview(block)
        view = memoryview(own.Address(8))
        gc.collect()
        self.assertEqual(bytes(view), bytes(8)) # the view keeps the block, and the pool

    def test_a_cycle_with_a_view(self):
        class Holder(own.Pool):
            pass
        for _ in range(100):
            pool = Holder("cycle")
            pool.block = pool.alloc(10)
            pool.view = memoryview(pool.block)
            gone = weakref.ref(pool)
            del pool
            gc.collect()
            self.assertIsNone(gone())

    def test_resize(self):
        block = own.Address(21)
        memoryview(block)[:] = b"\7" * 21
        block.resize(1000)
        self.assertEqual(bytes(block), b"\7" * 21 + bytes(979))
        memoryview(block)[:] = b"\10" * 1000
        block.resize(5)
        block.resize(40)
        self.assertEqual(bytes(block), b"\10" * 5 + bytes(35))
        with self.assertRaises(MemoryError):
            block.resize((1 << 64) - 1)
        self.assertEqual(block.size, 40)

    def test_misuse(self):
        pool, other = own.Pool(), own.Pool()
        block = pool.alloc(10)
        with self.assertRaises(ValueError):
            other.free(block)
        with self.assertRaises(TypeError):
            pool.free(None)
        block.free()
        for call in (block.free, lambda: pool.free(block), lambda: block.resize(1)):
            with self.assertRaises(ValueError):
                call()
        old = pool.alloc(10)
        pool.clear()
        new = pool.alloc(10)
        with self.assertRaises(ValueError):
            old.free()
        self.assertEqual(pool.usage().blocks, 1)
        new.free()
        with self.assertRaises(MemoryError):
            own.Address(1 << 40, 1 << 40)
        for wrong in ((-1,), (1, -1), ("a",), (1, 1, 5)):
            with self.assertRaises((TypeError, OverflowError)):
                own.Address(*wrong)


class CimportTest(unittest.TestCase):
    def test_pools(self):
        pool = own.Pool("root", limit=1000000)
        cimports.alloc_in_c(pool, 100)
        self.assertEqual(pool.usage().blocks, 1)
        one, two = cimports.child_of_c(pool)
        self.assertIs(one, two)
        self.assertEqual((one.name, one.parent, pool.children), ("of C", pool, [one]))
        block = pool.alloc(5)
        cimports.fill(block, 9)
        self.assertEqual(bytes(block), b"\t" * 5)
        pool.close()
        with self.assertRaises(ValueError):
            cimports.alloc_in_c(pool, 1)
        with self.assertRaises(ValueError):
            cimports.fill(block, 9)

    def test_errors(self):
        for name, error in (("EBUSY", BufferError), ("EDQUOT", own.LimitError),
                            ("EINVAL", ValueError), ("ENOMEM", MemoryError),
                            ("EOVERFLOW", OverflowError)):
            with self.assertRaises(error) as caught:
                cimports.raise_errno(name)
            self.assertIs(type(caught.exception), error)

    def test_arrays(self):
        array = cimports.array_of_c(5)
        self.assertEqual(array.tolist(), [0, 1, 2, 3, 4])
        view, address = memoryview(array), array.addr
        del array
        gc.collect()
        self.assertEqual((view[4], cimports.freed), (4, []))
        del view
        gc.collect()
        self.assertEqual(cimports.freed, [address])
        with self.assertRaises(ValueError):
            cimports.no_array()
        self.assertEqual(cimports.first_byte(b"abc"), 97)


if __name__ == "__main__":
    unittest.main()
