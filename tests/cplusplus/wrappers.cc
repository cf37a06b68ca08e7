/*
 * wrappers.cc - own.hpp: references, boxes, weak references, pools, scopes and the memory resource.
 */
#include <own.hpp>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

static int checks;

#define expect(condition)                                                                          \
    do {                                                                                           \
        checks++;                                                                                  \
        if (!(condition)) {                                                                        \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                   \
            std::exit(1);                                                                          \
        }                                                                                          \
    } while (0)

template <class Error, class Call> static bool throws(Call call)
{
    try {
        call();
    } catch (const Error &) {
        return true;
    }
    return false;
}

struct thing {
    own_object object;
    int number;
};
static int finalized;
static void count_thing(void *)
{
    finalized++;
}
static const own_type thing_type = {"thing", sizeof(thing), nullptr, count_thing, false, nullptr};

static own::ref<thing> new_thing()
{
    return own::ref<thing>::steal(static_cast<thing *>(own_new(nullptr, &thing_type)));
}

static void references()
{
    finalized = 0;
    own::ref<thing> a = new_thing();
    expect(a && a.count() == 1 && sizeof(a) == sizeof(void *));
    a->number = 7;
    {
        own::ref<thing> b = a, c = std::move(b);
        expect(!b && c == a && (*c).number == 7 && a.count() == 2);
        own::ref<thing> *self = &c;
        c = *self;
        expect(a.count() == 2);
        c = nullptr;
        expect(!c && a.count() == 1);
        b = a;
        b = new_thing();
        expect(a.count() == 1 && b != a);
    }
    expect(finalized == 1);
    own::ref<void> any = a;
    own::borrowed<thing> seen = a;
    expect(a.count() == 2 && seen->number == 7 && seen.own().count() == 3);
    expect(own::cast<thing>(own::borrowed<void>(any), &thing_type).get() == a.get());
    expect(!own::cast<own_pool>(own::borrowed<void>(any), own_pool_type()));
    any.reset();
    std::unordered_set<own::ref<thing>> set{a, a, new_thing()};
    expect(set.size() == 2 && set.count(a) == 1);
    set.clear();
    expect(finalized == 2);
    thing *raw = a.release();
    expect(!a && own_refcount(raw) == 1);
    own_decref(raw);
    expect(finalized == 3);
    static_assert(!std::is_constructible<own::borrowed<thing>, own::ref<thing> &&>::value,
                  "a reference that goes at once is not borrowed");
    static_assert(!std::is_convertible<own::ref<void>, own::ref<thing>>::value,
                  "a cast is written");
    static_assert(std::is_nothrow_move_constructible<own::ref<thing>>::value, "for containers");
}

static std::string story;

struct session {
    session(const char *who, int which) : name(who), number(which)
    {
        if (which < 0)
            throw std::runtime_error(who);
    }
    ~session()
    {
        story += name + ";";
    }
    std::string name;
    int number;
    own::ref<own::box<session>> next;
};

static void boxes()
{
    story.clear();
    auto ann = own::make_box<session>("ann", 1);
    expect(ann->name == "ann" && (*ann).number == 1);
    expect(own_typeof(ann.get()) == own::box<session>::type());
    ann->next = own::make_box<session>("bob", 2);
    own::weak<own::box<session>> bob(ann->next);
    expect(bob.lock()->number == 2 && !bob.expired());
    expect(throws<std::runtime_error>([] { (void)own::make_box<session>("bad", -1); }));
    expect(story.empty());
    ann.reset();
    expect(story == "ann;bob;" && bob.expired() && !bob.lock());
    expect(!own::weak<thing>().lock());
    /* A chain of any length dies on a small stack. */
    own::ref<own::box<session>> chain;
    for (int i = 0; i < 100000; i++) {
        auto more = own::make_box<session>("", i);
        more->next = std::move(chain);
        chain = std::move(more);
    }
    chain.reset();
}

struct alignas(64) wide {
    ~wide()
    {
        story += "wide;";
    }
    char bytes[64];
};

static void pools()
{
    story.clear();
    own::pool server = own::pool::root("server");
    expect(std::strcmp(server.name(), "server") == 0);
    int *numbers = server.alloc<int>(100);
    expect(numbers[99] == 0);
    expect(throws<std::bad_alloc>([&] { (void)server.alloc<int>(SIZE_MAX / 2); }));
    own_usage before = server.usage();
    expect(throws<std::runtime_error>([&] { server.make<session>("bad", -1); }));
    expect(server.usage().blocks == before.blocks && server.usage().deferred == before.deferred);
    session *first = server.make<session>("first", 1);
    session *second = server.make<session>("second", 2);
    wide *wide_one = server.make<wide>();
    expect(reinterpret_cast<std::uintptr_t>(wide_one) % 64 == 0 && second->number == 2);
    auto note = std::make_unique<std::string>("deferred;");
    server.defer([note = std::move(note)] { story += *note; });
    server.destroy(first);
    expect(story == "first;");
    expect(throws<std::system_error>([&] { server.destroy(first); }));
    {
        own::pool child = server.child("child");
        expect(own_pool_parent(child.get()) == server.get() && child.count() == 2);
        (void)child.make<session>("third", 3);
        server.drop(child);
        expect(story == "first;" && child.count() == 1);
    }
    expect(story == "first;third;");
    server.give(own::make_box<session>("given", 4));
    auto held = own::make_box<session>("held", 5);
    server.hold(held);
    expect(held.count() == 2);
    server.clear();
    expect(story == "first;third;given;deferred;wide;second;");
    held.reset();
    server.limit(100000);
    expect(throws<std::bad_alloc>([&] { (void)server.alloc<char>(200000); }));
    expect(throws<std::system_error>([&] { server.drop(server); }));
    story.clear();
    server = own::pool();
    expect(story.empty());
}

static void scopes()
{
    story.clear();
    own::pool server = own::pool::root("server");
    own::pool kept;
    {
        own::scope request(server, "request");
        (void)request.make<session>("ann", 1);
        own::scope alone;
        (void)alone.make<session>("alone", 1);
        expect(server.total().pools == 2);
        own::scope other(server);
        kept = other;
        (void)other.make<session>("kept", 1);
    }
    expect(story == "alone;ann;" && server.total().pools == 1);
    kept.reset();
    expect(story == "alone;ann;kept;");
}

static void containers()
{
    own::pool server = own::pool::root("server");
    {
        own::scope request(server);
        own::memory_resource memory(request), again(request), other(server);
        expect(memory.is_equal(again) && !memory.is_equal(other) &&
               !memory.is_equal(*std::pmr::new_delete_resource()));
        std::pmr::unordered_map<int, std::pmr::string> names(&memory);
        for (int i = 0; i < 1000; i++)
            names.emplace(i, std::string(static_cast<std::size_t>(i % 100), 'x'));
        expect(names.at(99).size() == 99);
        expect(request.usage().blocks > 1000 && server.usage().blocks == 0);
        expect(own_contains(request.get(), names.at(99).data()));
        names.clear();
        void *wide_block = memory.allocate(100, 256);
        expect(reinterpret_cast<std::uintptr_t>(wide_block) % 256 == 0);
        memory.deallocate(wide_block, 100, 256);
    }
    server.limit(1 << 20);
    own::memory_resource memory(server);
    std::pmr::vector<char> many(&memory);
    expect(throws<std::bad_alloc>([&] { many.resize(2 << 20); }));
    expect(many.empty());
}

int main()
{
    references();
    boxes();
    pools();
    scopes();
    containers();
    std::printf("%d checks\n", checks);
    return 0;
}
