/*
 * biased.pml - a lock that favours a thread: src/base/biased.h and biased.c.
 *
 * Three threads take the lock and release it. It favours the first of them; who takes it LONG_ROW
 * times more, with nobody in between, is favoured in turn, but for the third, whose mark is that of
 * the first. Whoever was favoured may be late: it has found that it is, and says that it is inside when
 * another is favoured.
 *
 * What a favoured thread says goes through a store buffer, which empties whenever it likes, or when
 * the barrier of all threads says so. What it unsays is in memory behind that. One statement is one
 * access to memory that another thread may change, as in shared.pml.
 *
 * mutants:
 *   REVOKE_WITHOUT_BARRIER  the favoured thread's store is not waited for
 *   REVOKE_WITHOUT_WAITING  nor the thread itself
 *   SAY_WITHOUT_LOOKING     the favoured thread does not look again when it has said it is inside
 *   RELEASE_BY_FAVOURED     who is no longer favoured when it leaves releases the lock beneath
 *   ONE_MARK                all threads have one mark, which one who is late unsays for another
 *   FAVOUR_WITHOUT_MARK     a thread is favoured though its mark is another's
 */
#define THREADS 3
#define ROUNDS 3
#define LONG_ROW 1
#define MARKS 2
#define NOBODY THREADS

#ifdef ONE_MARK
#define MARK(thread) 0
#else
#define MARK(thread) ((thread) % MARKS)
#endif

bool beneath;
bool by_favour;
byte favoured = 0;
byte latest = NOBODY;
byte row;
byte owner[MARKS] = {0, NOBODY};
bool inside[MARKS];

bool said[THREADS]; /* that it is inside, in the thread's store buffer */

byte in;   /* how many have the lock */
byte done; /* how many are through */

inline lock(mutex)
{
    atomic { !mutex -> mutex = true }
}

inline unlock(mutex)
{
    d_step { assert(mutex); mutex = false }
}

inline unsay()
{
    d_step { said[me] = false; inside[MARK(me)] = false }
}

/* biased_take_by_favour. */
inline take_by_favour()
{
    if
    :: favoured == me ->
       said[me] = true;
#ifdef SAY_WITHOUT_LOOKING
       taken = true
#else
       if
       :: favoured == me -> taken = true
       :: else -> unsay()
       fi
#endif
    :: else
    fi
}

inline end_favour()
{
    whom = favoured;
    favoured = NOBODY;
#ifndef REVOKE_WITHOUT_BARRIER
    d_step {
        i = 0;
        do
        :: i < THREADS && said[i] -> said[i] = false; inside[MARK(i)] = true; i++
        :: i < THREADS && !said[i] -> i++
        :: i == THREADS -> break
        od;
        i = 0
    };
#endif
#ifndef REVOKE_WITHOUT_WAITING
    !inside[MARK(whom)];
#endif
    whom = NOBODY
}

inline favour()
{
    if
#if defined ONE_MARK || defined FAVOUR_WITHOUT_MARK
    :: true -> favoured = me
#else
    :: owner[MARK(me)] == NOBODY || owner[MARK(me)] == me -> owner[MARK(me)] = me; favoured = me
    :: else
#endif
    fi
}

/* biased_take_with: the lock beneath is taken. */
inline take_with()
{
    if
    :: favoured != NOBODY -> end_favour()
    :: else
    fi;
    by_favour = false;
    if
    :: d_step { latest != me -> latest = me; row = 0 }
    :: d_step { latest == me && row + 1 < LONG_ROW -> row++ }
    :: d_step { latest == me && row + 1 >= LONG_ROW -> row = 0 }; favour()
    fi
}

inline take()
{
    take_by_favour();
    if
    :: taken -> taken = false; by_favour = true
    :: else -> lock(beneath); take_with()
    fi
}

inline release()
{
    if
#ifdef RELEASE_BY_FAVOURED
    :: favoured == me ->
#else
    :: by_favour ->
#endif
       unsay()
    :: else -> unlock(beneath)
    fi
}

active [THREADS] proctype thread()
{
    byte me = _pid;
    byte rounds;
    byte i;
    byte whom = NOBODY;
    bool taken;

    do
    :: rounds < ROUNDS ->
       rounds++;
       take();
       d_step { assert(in == 0); in++ };
       in--;
       release()
    :: else -> break
    od;
    done++
}

/* A store buffer empties by itself. */
active [THREADS] proctype buffer()
{
    byte whose = _pid - THREADS;

    do
    :: d_step { said[whose] -> said[whose] = false; inside[MARK(whose)] = true }
    :: done == THREADS -> break
    od
}

active proctype check()
{
    timeout;
    assert(done == THREADS && !in && !beneath)
}
