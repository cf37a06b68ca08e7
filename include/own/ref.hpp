/*
 * own/ref.hpp - references to objects for C++: own::ref, own::borrowed, own::weak, own::box. See
 * own.hpp.
 */
#ifndef OWN_REF_HPP
#define OWN_REF_HPP

#include <cerrno>
#include <cstddef>
#include <exception>
#include <functional>
#include <new>
#include <system_error>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include <own.h>

namespace own
{

template <class T> class borrowed;
template <class U> struct box;

namespace detail
{

[[noreturn]] inline void fail(int error = errno)
{
#if defined(__cpp_exceptions)
    if (error == ENOMEM || error == EDQUOT || error == EOVERFLOW)
        throw std::bad_alloc();
    throw std::system_error(error, std::generic_category(), "libown");
#else
    (void)error;
    std::terminate();
#endif
}

template <class P> P *must(P *pointer)
{
    if (!pointer)
        fail();
    return pointer;
}

inline void must(int status)
{
    if (status != 0)
        fail();
}

/* What `->` and `*` of a reference reach: the object, or what is in a box. */
template <class T> struct reach {
    using type = T;
    static T *of(T *object) noexcept
    {
        return object;
    }
};
template <class U> struct reach<box<U>> {
    using type = U;
    static U *of(box<U> *object) noexcept
    {
        return object ? &object->value : nullptr;
    }
};

template <class T, class U>
using if_converts = std::enable_if_t<std::is_convertible<U *, T *>::value, int>;

} // namespace detail

/* Owns a reference, or is empty. As large as a pointer; moving it counts nothing. */
template <class T> class ref
{
  public:
    using element_type = typename detail::reach<T>::type;

    constexpr ref() noexcept = default;
    constexpr ref(std::nullptr_t) noexcept
    {
    }
    ref(const ref &other) noexcept : object(other.object)
    {
        (void)own_incref(object);
    }
    ref(ref &&other) noexcept : object(other.release())
    {
    }
    template <class U, detail::if_converts<T, U> = 0>
    ref(const ref<U> &other) noexcept : object(other.get())
    {
        (void)own_incref(other.get());
    }
    template <class U, detail::if_converts<T, U> = 0>
    ref(ref<U> &&other) noexcept : object(other.release())
    {
    }
    ~ref()
    {
        own_decref(object);
    }

    /* The old reference is released last: what that runs finds the new one here. */
    ref &operator=(ref other) noexcept
    {
        swap(other);
        return *this;
    }

    /* Takes over a new reference, as own_new gives it. */
    [[nodiscard]] static ref steal(T *object) noexcept
    {
        ref made;
        made.object = object;
        return made;
    }
    /* Takes a reference of its own. */
    [[nodiscard]] static ref share(T *object) noexcept
    {
        return steal(static_cast<T *>(own_incref(object)));
    }

    /* Borrowed. */
    T *get() const noexcept
    {
        return object;
    }
    element_type *operator->() const noexcept
    {
        return detail::reach<T>::of(object);
    }
    std::add_lvalue_reference_t<element_type> operator*() const noexcept
    {
        return *detail::reach<T>::of(object);
    }
    explicit operator bool() const noexcept
    {
        return object != nullptr;
    }

    /* The reference, which is then the caller's: for calls that steal it. */
    [[nodiscard]] T *release() noexcept
    {
        return std::exchange(object, nullptr);
    }
    void reset() noexcept
    {
        ref().swap(*this);
    }
    void swap(ref &other) noexcept
    {
        std::swap(object, other.object);
    }
    /* As own_refcount. */
    std::size_t count() const noexcept
    {
        return own_refcount(object);
    }

  private:
    T *object = nullptr;
};

/* A pointer that owns nothing, and says so. Not made from a reference that is about to go. */
template <class T> class borrowed
{
  public:
    using element_type = typename detail::reach<T>::type;

    constexpr borrowed() noexcept = default;
    constexpr borrowed(std::nullptr_t) noexcept
    {
    }
    constexpr borrowed(T *object) noexcept : seen(object)
    {
    }
    template <class U, detail::if_converts<T, U> = 0>
    borrowed(const ref<U> &owner) noexcept : seen(owner.get())
    {
    }
    template <class U, detail::if_converts<T, U> = 0>
    borrowed(const borrowed<U> &other) noexcept : seen(other.get())
    {
    }
    template <class U> borrowed(ref<U> &&) = delete;

    T *get() const noexcept
    {
        return seen;
    }
    element_type *operator->() const noexcept
    {
        return detail::reach<T>::of(seen);
    }
    std::add_lvalue_reference_t<element_type> operator*() const noexcept
    {
        return *detail::reach<T>::of(seen);
    }
    explicit operator bool() const noexcept
    {
        return seen != nullptr;
    }
    /* A reference of one's own. */
    [[nodiscard]] ref<T> own() const noexcept
    {
        return ref<T>::share(seen);
    }

  private:
    T *seen = nullptr;
};

#define OWN_COMPARE_(left, right)                                                                  \
    template <class T, class U> bool operator==(left, right) noexcept                              \
    {                                                                                              \
        return a.get() == b.get();                                                                 \
    }                                                                                              \
    template <class T, class U> bool operator!=(left, right) noexcept                              \
    {                                                                                              \
        return a.get() != b.get();                                                                 \
    }
OWN_COMPARE_(const ref<T> &a, const ref<U> &b)
OWN_COMPARE_(const borrowed<T> &a, const borrowed<U> &b)
#undef OWN_COMPARE_

/*
 * A C++ object as an object of libown, made by make_box. Its destructor runs as a finalizer does:
 * once, when the last reference goes. The references that it has as members are released by that
 * destructor; a collection of cycles (own/collect.h) does not see them.
 */
template <class U> struct box {
    static_assert(alignof(U) <= alignof(std::max_align_t), "objects are aligned to 16 bytes");

    own_object header;
    bool is_built; /* not yet, or its constructor has thrown: there is nothing to destroy */
    U value;

    box(const box &) = delete;
    box &operator=(const box &) = delete;
    ~box() = delete;

    static const own_type *type() noexcept
    {
        static const own_type type = {name(), sizeof(box), nullptr, finalize, false, nullptr};
        return &type;
    }

  private:
    static void finalize(void *self) noexcept
    {
        box *it = static_cast<box *>(self);
        if (it->is_built)
            it->value.~U();
    }
    static const char *name() noexcept
    {
#if defined(__cpp_rtti)
        return typeid(U).name();
#else
        return "box";
#endif
    }
};

/* A new object with one reference. If the constructor throws, nothing is left of it. */
template <class U, class... Arguments> [[nodiscard]] ref<box<U>> make_box(Arguments &&...arguments)
{
    auto *made = static_cast<box<U> *>(detail::must(own_new(nullptr, box<U>::type())));
    auto reference = ref<box<U>>::steal(made);
    ::new (static_cast<void *>(&made->value)) U(std::forward<Arguments>(arguments)...);
    made->is_built = true;
    return reference;
}

/* The object if it is of that very type, else an empty one. No count changes. */
template <class T, class From>
borrowed<T> cast(borrowed<From> object, const own_type *type) noexcept
{
    return borrowed<T>(static_cast<T *>(own_cast(object.get(), type)));
}

/* A weak reference: it does not keep its object alive. */
template <class T> class weak
{
  public:
    constexpr weak() noexcept = default;
    /* Fails as own_weakref_new does. */
    explicit weak(borrowed<T> object)
        : reference(ref<own_weakref>::steal(
              detail::must(own_weakref_new(nullptr, object.get(), nullptr, nullptr))))
    {
    }
    explicit weak(const ref<T> &object) : weak(borrowed<T>(object))
    {
    }

    /* A reference to the object, or an empty one where it has died. */
    [[nodiscard]] ref<T> lock() const noexcept
    {
        own_weakref *raw = reference.get();
        return ref<T>::steal(raw ? static_cast<T *>(own_weakref_get(raw)) : nullptr);
    }
    bool expired() const noexcept
    {
        return !lock();
    }
    const ref<own_weakref> &get() const noexcept
    {
        return reference;
    }

  private:
    ref<own_weakref> reference;
};

} // namespace own

namespace std
{
template <class T> struct hash<own::ref<T>> {
    size_t operator()(const own::ref<T> &reference) const noexcept
    {
        return hash<T *>()(reference.get());
    }
};
} // namespace std

#endif
