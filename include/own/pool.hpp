/*
 * own/pool.hpp - pools for C++: own::pool, own::scope, own::memory_resource. See own.hpp.
 */
#ifndef OWN_POOL_HPP
#define OWN_POOL_HPP

#include <memory_resource>

#include <own/ref.hpp>

namespace own
{

namespace detail
{

template <class T> void destroy(void *object) noexcept
{
    static_cast<T *>(object)->~T();
}

/* A block that goes back to its pool, unless it is kept. */
class block
{
  public:
    block(own_pool *pool, std::size_t alignment, std::size_t size)
        : owner(pool), memory(must(alignment <= 16 ? own_alloc_raw(pool, 1, size)
                                                   : own_alloc_aligned(pool, alignment, 1, size)))
    {
    }
    block(const block &) = delete;
    block &operator=(const block &) = delete;
    ~block()
    {
        if (memory)
            (void)own_free(owner, memory);
    }
    void *get() const noexcept
    {
        return memory;
    }
    void keep() noexcept
    {
        memory = nullptr;
    }

  private:
    own_pool *owner;
    void *memory;
};

} // namespace detail

/* The calls of pools; `Self` has get(). */
template <class Self> class pool_calls
{
  public:
    /* `count` zeroed items, for types that need no constructor and no destructor. */
    template <class T> [[nodiscard]] T *alloc(std::size_t count = 1) const
    {
        static_assert(std::is_trivially_default_constructible<T>::value &&
                          std::is_trivially_destructible<T>::value,
                      "make() is for types with constructors");
        void *memory = alignof(T) <= 16 ? own_alloc(raw(), count, sizeof(T))
                                        : own_alloc_aligned(raw(), alignof(T), count, sizeof(T));
        return static_cast<T *>(detail::must(memory));
    }

    /* A C++ object in a block of the pool. It is destroyed when the pool dies or is cleared, in the
       reverse order of construction; or by destroy(). If its constructor throws, nothing is left of
       it. */
    template <class T, class... Arguments> T *make(Arguments &&...arguments) const
    {
        detail::block memory(raw(), alignof(T), sizeof(T));
        T *made = ::new (memory.get()) T(std::forward<Arguments>(arguments)...);
        if (!std::is_trivially_destructible<T>::value &&
            own_defer(raw(), detail::destroy<T>, made) != 0) {
            int error = errno;
            made->~T();
            detail::fail(error);
        }
        memory.keep();
        return made;
    }
    /* Destroys what make() returned, now. NULL: nothing happens. EINVAL: it is not the pool's. */
    template <class T> void destroy(T *object) const
    {
        if (!object)
            return;
        if (!std::is_trivially_destructible<T>::value) {
            detail::must(own_undefer(raw(), detail::destroy<T>, object));
            object->~T();
        }
        detail::must(own_free(raw(), object));
    }

    /* Calls a function object when the pool dies or is cleared: newest first, before blocks go. */
    template <class Call> void defer(Call &&call) const
    {
        using stored = std::decay_t<Call>;
        detail::block memory(raw(), alignof(stored), sizeof(stored));
        stored *made = ::new (memory.get()) stored(std::forward<Call>(call));
        if (own_defer(raw(), run<stored>, made) != 0) {
            int error = errno;
            made->~stored();
            detail::fail(error);
        }
        memory.keep();
    }

    /* As own_hold, own_give and own_drop. give() keeps the reference where it throws. */
    template <class T> void hold(borrowed<T> object) const
    {
        detail::must(own_hold(raw(), object.get()));
    }
    template <class T> void hold(const ref<T> &object) const
    {
        hold(borrowed<T>(object));
    }
    template <class T> void give(ref<T> &&object) const
    {
        detail::must(own_give(raw(), object.get()));
        (void)object.release();
    }
    template <class T> void drop(borrowed<T> object) const
    {
        detail::must(own_drop(raw(), object.get()));
    }
    template <class T> void drop(const ref<T> &object) const
    {
        drop(borrowed<T>(object));
    }

    void clear() const noexcept
    {
        own_pool_clear(raw());
    }
    void share() const
    {
        detail::must(own_share(raw()));
    }
    void limit(std::size_t bytes) const
    {
        detail::must(own_pool_set_limit(raw(), bytes));
    }
    const char *name() const noexcept
    {
        return own_pool_name(raw());
    }
    own_usage usage() const noexcept
    {
        own_usage usage;
        own_pool_usage(raw(), &usage);
        return usage;
    }
    own_usage total() const noexcept
    {
        own_usage usage;
        own_pool_total(raw(), &usage);
        return usage;
    }

  private:
    own_pool *raw() const noexcept
    {
        return static_cast<const Self *>(this)->get();
    }
    template <class Call> static void run(void *call) noexcept
    {
        (*static_cast<Call *>(call))();
        static_cast<Call *>(call)->~Call();
    }
};

/* A reference to a pool. A child is held by its parent as well, and lives until both have let go. */
class pool : public ref<own_pool>, public pool_calls<pool>
{
  public:
    using ref<own_pool>::get;

    pool() noexcept = default;
    pool(ref<own_pool> reference) noexcept : ref<own_pool>(std::move(reference))
    {
    }

    /* The name is borrowed, as in own_pool_options. */
    [[nodiscard]] static pool root(const char *name, own_pool_options options = {})
    {
        options.name = name;
        return pool(ref<own_pool>::steal(detail::must(own_pool_create(nullptr, &options))));
    }
    [[nodiscard]] pool child(const char *name, own_pool_options options = {}) const
    {
        options.name = name;
        return pool(ref<own_pool>::share(detail::must(own_pool_create(get(), &options))));
    }
};

/* A pool for a C++ scope: at its end the parent drops it, or its only reference goes, and it dies
   unless somebody else holds it. */
class scope : public pool_calls<scope>
{
  public:
    /* A root. */
    explicit scope(const char *name = "scope") : made(pool::root(name).release())
    {
    }
    /* A child of a pool that outlives the scope, and neither drops nor moves it. */
    explicit scope(const pool &owner, const char *name = "scope", own_pool_options options = {})
        : parent(owner.get())
    {
        options.name = name;
        made = detail::must(own_pool_create(owner.get(), &options));
    }
    scope(const scope &) = delete;
    scope &operator=(const scope &) = delete;
    ~scope()
    {
        if (parent)
            (void)own_drop(parent, made);
        else
            own_decref(made);
    }

    own_pool *get() const noexcept
    {
        return made;
    }
    operator pool() const noexcept
    {
        return pool(ref<own_pool>::share(made));
    }

  private:
    own_pool *parent = nullptr;
    own_pool *made;
};

/*
 * Memory of a pool for the containers of std::pmr. It has a reference to the pool, which so lives as
 * long as the resource does. Threads: those of the pool.
 */
class memory_resource : public std::pmr::memory_resource
{
  public:
    explicit memory_resource(ref<own_pool> pool) noexcept : from(std::move(pool))
    {
    }
    explicit memory_resource(const scope &place) noexcept : from(ref<own_pool>::share(place.get()))
    {
    }
    const ref<own_pool> &owner() const noexcept
    {
        return from;
    }

  private:
    void *do_allocate(std::size_t bytes, std::size_t alignment) override
    {
        return detail::must(alignment <= 16 ? own_alloc_raw(from.get(), 1, bytes)
                                            : own_alloc_aligned(from.get(), alignment, 1, bytes));
    }
    void do_deallocate(void *memory, std::size_t, std::size_t) override
    {
        (void)own_free(from.get(), memory);
    }
    bool do_is_equal(const std::pmr::memory_resource &other) const noexcept override
    {
#if defined(__cpp_rtti)
        auto *resource = dynamic_cast<const memory_resource *>(&other);
        return resource && resource->from == from;
#else
        return this == &other;
#endif
    }

    ref<own_pool> from;
};

} // namespace own

#endif
