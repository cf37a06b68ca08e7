/*
 * own/buffer.h - buffers: counted memory.
 *
 * A buffer is an object (see object.h) that owns one piece of plain memory and frees it when it
 * dies: memory of its own, or memory of somebody else's that was handed over together with the
 * function that frees it. Arrays (see array.h) lie in buffers.
 *
 * Where the memory comes from: up to 448 bytes lie behind the buffer's own header, more is a piece
 * of its own, over a megabyte a mapping of its own, which grows without copying. It is not part of
 * the owner's blocks, so that a buffer may outlive its owner; but it counts against the limits that
 * were set at and above the owner when the buffer was made, for as long as the buffer lives and
 * whoever holds it. No limit counts a buffer that was made without an owner.
 *
 * Threads: a buffer is confined: one thread at a time uses it, any thread may. A shared one
 * (own_share) is counted and used by any number at once. The library does not protect its memory:
 * threads that write to it, or resize the buffer, need a lock of yours.
 */
#ifndef OWN_BUFFER_H
#define OWN_BUFFER_H

#include <stddef.h>

#include <own/attributes.h>
#include <own/object.h>

OWN_BEGIN_DECLS

/* A buffer. Its fields are the library's. */
typedef struct own_buffer own_buffer;

/*
 * Creates a buffer of count * size zeroed bytes, aligned to 16. The bytes of the raw one are
 * whatever they were.
 *
 * owner  a pool, which then holds the reference: the result is borrowed. NULL: the result is a new
 *        reference.
 *
 * 0 bytes are allowed. Returns NULL with errno EOVERFLOW (count * size does not fit), ENOMEM,
 * EDQUOT (a limit at or above owner). Threads: those of owner. Cost: O(1), and zeroing.
 */
OWN_API OWN_MUST_USE own_buffer *own_buffer_new(own_pool *owner, size_t count, size_t size);
OWN_API OWN_MUST_USE own_buffer *own_buffer_new_raw(own_pool *owner, size_t count, size_t size);

/*
 * Makes memory from anywhere a buffer.
 *
 * owner    as own_buffer_new.
 * memory   the buffer's from now on; on failure still the caller's. NULL only with size 0.
 * size     in bytes; what limits count.
 * free_fn  called once with memory, when the buffer dies or is resized; not NULL (but not called
 *          where memory is NULL). It may use the library freely. errno is kept around it.
 *
 * Returns NULL with errno EINVAL (an argument is wrong, size over PTRDIFF_MAX among it), ENOMEM, or
 * EDQUOT. Threads: those of owner. Cost: O(1).
 */
OWN_API OWN_MUST_USE own_buffer *own_buffer_adopt(own_pool *owner, void *memory, size_t size,
                                                  void (*free_fn)(void *memory));

/*
 * As own_buffer_adopt, with a context for the function that frees: another library's handle, the
 * heap that the memory is of. free_fn is called once with memory and ctx, also where memory is
 * NULL: ctx is freed with it.
 */
OWN_API OWN_MUST_USE own_buffer *own_buffer_adopt_with(own_pool *owner, void *memory, size_t size,
                                                       void (*free_fn)(void *memory, void *ctx),
                                                       void *ctx);

/*
 * The memory of a buffer, borrowed: valid until the buffer dies or is resized. NULL for NULL; where
 * NULL was adopted, NULL; else never. Threads: those of buffer. Cost: O(1).
 */
OWN_API void *own_buffer_data(const own_buffer *buffer);

/* The size in bytes, exactly as asked for; 0 for NULL. Threads: those of buffer. Cost: O(1). */
OWN_API size_t own_buffer_size(const own_buffer *buffer);

/*
 * Makes a buffer count * size bytes large. What it had is kept up to the smaller size, growth is
 * zeroed. The memory may move. Adopted memory is copied into memory of the buffer's own, unless the
 * size stays what it is, and freed.
 *
 * buffer  borrowed, not NULL.
 *
 * Returns -1 with errno EBUSY (an array lies in it), EOVERFLOW, ENOMEM, EDQUOT, or EINVAL (NULL);
 * then the buffer is as it was. Making a buffer smaller, if it is not adopted, cannot fail for want
 * of memory. Threads: those of buffer. Cost: at worst a copy; buffers over a megabyte are not
 * copied but mapped elsewhere.
 */
OWN_API int own_buffer_resize(own_buffer *buffer, size_t count, size_t size);

/* The type of all buffers, for own_typeof and own_cast. Borrowed, lives for ever. Cost: O(1). */
OWN_API OWN_NEVER_NULL const own_type *own_buffer_type(void);

#ifdef OWN_ANALYZED /* see analyzer.h */
#define own_buffer_new(...) OWN_MADE(own_buffer_new, __VA_ARGS__)
#define own_buffer_new_raw(...) OWN_MADE(own_buffer_new_raw, __VA_ARGS__)
#define own_buffer_adopt(...) OWN_MADE(own_buffer_adopt, __VA_ARGS__)
#define own_buffer_adopt_with(...) OWN_MADE(own_buffer_adopt_with, __VA_ARGS__)
#endif

OWN_END_DECLS

#endif
