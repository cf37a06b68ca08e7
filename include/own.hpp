/*
 * own.hpp - libown for C++17 and later: references that count themselves, pools that C++ objects
 * live in, and a memory resource for the containers of the standard library. Header only; a program
 * links libown as a C program does.
 *
 *     own::pool server = own::pool::root("server");
 *     {
 *         own::scope request(server);                        // a child, dropped at the end
 *         session *user = request.make<session>("ann", 7);   // destroyed with the request
 *         own::memory_resource memory(request);
 *         std::pmr::vector<int> numbers(&memory);
 *     }
 *
 *   own::ref<T>        owns a reference. T is a struct of C's that begins with an own_object (or
 *                      own_pool, own_list, own_buffer, own_array, own_weakref), or own::box<U>
 *   own::borrowed<T>   somebody else owns the reference; valid while they do
 *   own::weak<T>       a weak reference: lock() gives a reference, or none
 *   own::box<U>        any C++ class as an object of libown: own::make_box<U>(...)
 *   own::pool          a reference to a pool, with the calls of pools
 *   own::scope         a pool that is dropped at the end of its C++ scope
 *   own::memory_resource   a std::pmr::memory_resource over a pool
 *
 * Errors: what fails for want of memory, or by a limit, throws std::bad_alloc; anything else
 * std::system_error with errno. Where exceptions are off (-fno-exceptions) both end the program
 * (std::terminate). No exception leaves a destructor that the library calls: that ends the program
 * as well. A call that throws has changed nothing.
 *
 * Threads: as in C, each is as its object: confined or shared. A ref, a weak or a pool as a variable
 * is used by one thread at a time; copies of it count the same object.
 */
#ifndef OWN_HPP
#define OWN_HPP

#include <own/pool.hpp>
#include <own/ref.hpp>

#endif
