/*
 * outside.pml - blocks that are freed by threads outside of the memory they lie in.
 *
 * One thread is inside, and takes back what the others freed: outside_gather and
 * end_leaving (src/memory/gather.c), outside_may_end (src/remote/remote.c), empty_page and unit_end
 * (src/page/page.c). A unit has two blocks; when both are free it is hidden from the unit map, and
 * goes. An extent has one block, and stays. Two threads free these blocks, as visit
 * (src/part/blocks.c), outside_free (src/memory/outside.c) and remote_free (src/remote/remote.h)
 * do; one frees a block once more, which is refused; the other asks for a block that is none of its
 * own.
 *
 * One statement is one access to memory that another thread may change; memory is sequentially
 * consistent here; what the orders of the accesses are good for is for ThreadSanitizer to judge.
 * Each access to a record asserts that it has its memory yet.
 *
 * mutants:
 *   FREED_READ_LAST       a block is looked at before its freed bit
 *   FREE_AFTER_FREED      a freed bit is cleared before the block is free
 *   WORD_CLEARED_WHOLE    what is freed while a word is taken back is cleared with it
 *   WAITING_CLEARED_LATE  after the words of a record have been read
 *   NEXT_READ_LATE        the next record is read when this one may be pushed anew
 *   COUNTED_LATE          what is freed is counted after its bit is set
 *   NOT_VISITING          a thread that looks is not counted
 *   HIDDEN_LATE           a unit is hidden after visitors were looked for
 *   PUSHED_NOT_SEEN       a record goes though it is on the stack
 *   LEAVING_FORGOTTEN     what could not go stays for ever
 */
#define UNIT 0
#define EXTENT 1
#define NONE 2

/* A bit for each block of a record. */
byte start[2], free_bits[2], freed[2];
bool waiting[2];
byte next[2] = NONE;
byte stack = NONE;
bool claimed[2] = true; /* an extent that is in no unit of its own is found at any time */
bool gone[2];
bool leaving; /* the unit */
byte visitors;
byte inside_blocks = 3;
short outside_blocks;
byte ended; /* threads */

#define BITS(set) (((set) & 1) + ((set) >> 1 & 1))

inline touch(record)
{
    assert(!gone[record])
}

/* Whether a live block begins there. */
inline look(record, block)
{
    d_step { live = claimed[record] };
    if
    :: live ->
#ifndef FREED_READ_LAST
       d_step { touch(record); live = !(freed[record] & block) };
#endif
       d_step { touch(record); live = live && start[record] & block };
       d_step { touch(record); live = live && !(free_bits[record] & block) };
#ifdef FREED_READ_LAST
       d_step { touch(record); live = live && !(freed[record] & block) };
#endif
       d_step { touch(record); live = live && start[record] & block }
    :: else
    fi
}

inline enter()
{
#ifndef NOT_VISITING
    visitors++
#else
    skip
#endif
}

inline leave()
{
#ifndef NOT_VISITING
    d_step { assert(visitors > 0); visitors-- }
#else
    skip
#endif
}

inline push(record)
{
    d_step { touch(record); pushes = !waiting[record]; waiting[record] = true };
    if
    :: pushes ->
       top = stack;
       do
       :: true ->
          d_step { touch(record); next[record] = top };
          if
          :: d_step { stack == top -> stack = record }; break
          :: d_step { stack != top -> top = stack }
          fi
       od;
       atomic { top = NONE; pushes = false }
    :: else
    fi
}

/* outside_free. */
inline free_block(record, block)
{
    enter();
    look(record, block);
    if
    :: live ->
#ifndef COUNTED_LATE
       outside_blocks++;
#endif
       d_step {
           touch(record);
           live = !(freed[record] & block);
           freed[record] = freed[record] | block
       };
#ifdef COUNTED_LATE
       outside_blocks++;
#endif
       if
       :: live -> push(record)
       :: else -> outside_blocks--
       fi
    :: else
    fi;
    leave()
}

proctype freer_of_two()
{
    bool live, pushes;
    byte top = NONE;
    free_block(EXTENT, 1);
    assert(live);
    free_block(UNIT, 1);
    assert(live);
    free_block(UNIT, 1);
    assert(!live);
    ended++
}

proctype freer_of_one()
{
    bool live, pushes;
    byte top = NONE;
    free_block(UNIT, 2);
    assert(live);
    enter();
    look(UNIT, 1);
    leave();
    ended++
}

/* Whether the unit may go. */
inline may_end()
{
    may = visitors == 0;
#ifndef PUSHED_NOT_SEEN
    d_step { touch(UNIT); may = may && !waiting[UNIT] }
#endif
}

inline end_unit()
{
    if
    :: d_step { may -> assert(!gone[UNIT]); gone[UNIT] = true }
    :: d_step { !may -> leaving = true }
    fi;
    may = false
}

/* The page of the unit has no block, and the unit no other page. */
inline retire()
{
    start[UNIT] = 0;
    free_bits[UNIT] = 0;
#ifdef HIDDEN_LATE
    may_end();
    claimed[UNIT] = false;
#else
    claimed[UNIT] = false;
    may_end();
#endif
    end_unit()
}

/* Of a record; what is freed from here on pushes it anew. */
inline take_back(record)
{
#ifndef WAITING_CLEARED_LATE
    d_step { touch(record); waiting[record] = false };
#endif
#ifdef NEXT_READ_LATE
    d_step { touch(record); after = next[record] };
#endif
    d_step { touch(record); got = freed[record]; back = got & start[record] & ~free_bits[record] };
#ifdef FREE_AFTER_FREED
    d_step { touch(record); freed[record] = freed[record] & ~got };
    d_step { touch(record); free_bits[record] = free_bits[record] | back };
#else
    d_step { touch(record); free_bits[record] = free_bits[record] | back };
#ifdef WORD_CLEARED_WHOLE
    d_step { touch(record); freed[record] = 0 };
#else
    d_step { touch(record); freed[record] = freed[record] & ~got };
#endif
#endif
#ifdef WAITING_CLEARED_LATE
    d_step { touch(record); waiting[record] = false };
#endif
    inside_blocks = inside_blocks - BITS(back);
    d_step { outside_blocks = outside_blocks - BITS(back); assert(outside_blocks >= 0) };
    if
    :: record == UNIT && back && free_bits[UNIT] == start[UNIT] -> retire()
    :: else
    fi;
    d_step { got = 0; back = 0 }
}

inline gather()
{
    d_step { at = stack; stack = NONE };
    do
    :: at == NONE -> break
    :: else ->
#ifndef NEXT_READ_LATE
       d_step { touch(at); after = next[at] };
#endif
       take_back(at);
       d_step { at = after; after = NONE }
    od;
#ifndef LEAVING_FORGOTTEN
    if
    :: leaving ->
       leaving = false;
       may_end();
       end_unit()
    :: else
    fi
#endif
}

active proctype inside()
{
    byte at = NONE, after = NONE, got, back;
    bool may;
    d_step { start[UNIT] = 3; start[EXTENT] = 1 };
    atomic { run freer_of_two(); run freer_of_one() };
    do
    :: ended < 2 -> gather()
    :: ended == 2 -> break
    od;
    gather();
    gather();
    assert(stack == NONE && !waiting[EXTENT] && !freed[EXTENT] && free_bits[EXTENT] == 1);
    assert(inside_blocks == 0 && outside_blocks == 0 && visitors == 0);
    assert(gone[UNIT] && !leaving)
}
