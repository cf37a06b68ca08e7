# checks.py - what cymem's documentation says of its classes holds for those of own.cymem.
import gc
import random
import sys
import threading
import unittest

import calls
import own.cymem
from own.cymem import Address, Pool


class PoolTest(unittest.TestCase):
    def test_blocks_are_zero_and_counted(self):
        pool = Pool()
        a = calls.alloc(pool, 10, 4)
        b = calls.alloc(pool, 3, 5)
        self.assertEqual(calls.read(a, 40), bytes(40))
        self.assertEqual(pool.size, 55)
        self.assertEqual(pool.addresses, {a: 40, b: 15})
        self.assertEqual(a % 16, 0)

    def test_addresses_read_as_a_dict(self):
        pool = Pool()
        a = calls.alloc(pool, 1, 100)
        found = pool.addresses
        self.assertIn(a, found)
        self.assertNotIn(a + 1, found)
        self.assertNotIn("a", found)
        self.assertNotIn(-1, found)
        self.assertEqual((found[a], found.get(a), found.get(7, 8), len(found)), (100, 100, 8, 1))
        self.assertEqual(list(found), [a])
        self.assertEqual(list(found.items()), [(a, 100)])
        self.assertEqual(list(found.values()), [100])
        self.assertEqual(repr(found), "{%d: 100}" % a)
        self.assertEqual(found.copy(), dict(found))
        with self.assertRaises(KeyError):
            found[a + 16]
        with self.assertRaises(TypeError):
            found[a] = 1

    def test_realloc_keeps_and_zeroes(self):
        pool = Pool()
        a = calls.alloc(pool, 1, 21)
        calls.fill(a, 7, 21)
        b = calls.realloc(pool, a, 1000)
        self.assertEqual(calls.read(b, 1000), b"\7" * 21 + bytes(979))
        calls.fill(b, 8, 1000)
        c = calls.realloc(pool, b, 5)
        d = calls.realloc(pool, c, 40)
        self.assertEqual(calls.read(d, 40), b"\10" * 5 + bytes(35))
        self.assertEqual(pool.size, 40)
        self.assertEqual(pool.addresses, {d: 40})

    def test_a_pool_without_blocks(self):
        pool = Pool()
        self.assertEqual((pool.size, len(pool.addresses), pool.addresses), (0, 0, {}))
        self.assertNotIn(16, pool.addresses)
        with self.assertRaises(KeyError):
            calls.free(pool, 16)
        with self.assertRaises(ValueError):
            calls.realloc(pool, 32, 5)
        self.assertEqual((list(pool.addresses), pool.refs), ([], []))
        self.assertIs(pool.refs, pool.refs)

    def test_misuse_is_an_exception(self):
        pool, other = Pool(), Pool()
        a = calls.alloc(pool, 1, 10)
        b = calls.alloc(other, 1, 10)
        for address in (0, 8, a + 1, a + 16, a - 16, b, 1 << 63):
            with self.assertRaises(KeyError):
                calls.free(pool, address)
            with self.assertRaises(ValueError):
                calls.realloc(pool, address, 20)
        with self.assertRaises(ValueError):
            calls.realloc(pool, a, 0)
        for sizes in ((1 << 40, 1 << 40), (1, (1 << 64) - 1), ((1 << 64) - 1, 1), (1 << 62, 4)):
            with self.assertRaises(MemoryError):
                calls.alloc(pool, *sizes)
        with self.assertRaises(MemoryError):
            calls.realloc(pool, a, (1 << 64) - 1)
        calls.free(pool, a)
        with self.assertRaises(KeyError):
            calls.free(pool, a)
        self.assertEqual((pool.size, len(pool.addresses)), (0, 0))
        for arguments in ((None,), (own.cymem.Default_Malloc, None), (1,)):
            with self.assertRaises(TypeError):
                Pool(*arguments)

    def test_no_bytes(self):
        pool = Pool()
        a, b = calls.alloc(pool, 0, 8), calls.alloc(pool, 8, 0)
        self.assertNotEqual(a, b)
        self.assertEqual(pool.addresses, {a: 0, b: 0})
        own.cymem.WARN_ZERO_ALLOC = True
        try:
            with self.assertWarns(UserWarning):
                calls.alloc(pool, 0, 8)
        finally:
            own.cymem.WARN_ZERO_ALLOC = False

    def test_functions_of_the_user(self):
        del calls.asked[:], calls.freed[:]
        pool = calls.counting_pool()
        blocks = [calls.alloc(pool, 3, size) for size in (1, 100, 10000)]
        self.assertEqual(calls.asked, [3, 300, 30000])
        self.assertEqual(pool.addresses, dict(zip(blocks, (3, 300, 30000))))
        calls.free(pool, blocks[1])
        self.assertEqual(calls.freed, [blocks[1]])
        del pool
        self.assertEqual(sorted(calls.freed), sorted(blocks))
        with self.assertRaises(MemoryError):
            calls.alloc(calls.empty_pool(), 1, 1)

    def test_references_last_as_long_as_the_pool(self):
        class Thing:
            pass
        pool, thing = Pool(), Thing()
        before = sys.getrefcount(thing)
        pool.own_pyref(thing)
        self.assertEqual(pool.refs, [thing])
        self.assertEqual(sys.getrefcount(thing), before + 1)
        del pool
        gc.collect()
        self.assertEqual(sys.getrefcount(thing), before)

    def test_random_calls_beside_a_dict(self):
        chance = random.Random(7)
        pool, model = Pool(), {}
        for _ in range(5000):
            what = chance.random()
            if what < 0.5 or not model:
                size = chance.choice((0, 1, 16, 100, 700, 5000, 300000))
                model[calls.alloc(pool, 1, size)] = size
            else:
                address = chance.choice(list(model))
                size = model.pop(address)
                if what < 0.75:
                    calls.free(pool, address)
                else:
                    size = chance.randrange(1, 2000)
                    model[calls.realloc(pool, address, size)] = size
            self.assertEqual(pool.size, sum(model.values()))
        self.assertEqual(pool.addresses, model)

    def test_several_threads(self):
        pool = Pool()

        def work():
            for _ in range(2000):
                address = calls.alloc(pool, 1, 50)
                calls.free(pool, address)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((pool.size, len(pool.addresses)), (0, 0))


class AddressTest(unittest.TestCase):
    def test_address(self):
        address = Address(10, 8)
        self.assertEqual(calls.read(address.addr, 80), bytes(80))
        with self.assertRaises(MemoryError):
            Address(1 << 40, 1 << 40)
        with self.assertRaises(TypeError):
            Address(1, 1, None)

    def test_a_cycle(self):
        class Own(Address):
            pass
        for _ in range(100):
            address = Own(10, 8)
            address.own = address
            del address
            gc.collect()


class InstallTest(unittest.TestCase):
    def test_a_module_that_was_compiled_for_cymem(self):
        own.cymem.install()
        import cymem.cymem
        self.assertIs(cymem.cymem.Pool, Pool)
        try:
            import preshed.maps
        except ImportError as error:
            self.skipTest("preshed is not here: %s" % error)
        table = preshed.maps.PreshMap()
        for i in range(1, 100000):
            table[i] = 3 * i
        self.assertTrue(all(table[i] == 3 * i for i in range(1, 100000)))
        counter = __import__("preshed.counter", fromlist=["x"]).PreshCounter()
        for i in range(1, 1000):
            counter.inc(i % 10 + 1, 1)
        self.assertEqual(counter[5], 100)


if __name__ == "__main__":
    unittest.main()
