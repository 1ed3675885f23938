/* A thread that has done a call waits a while for the next one, so that a loop of calls starts none. One waits at most.
 *
 * A fork takes no thread along, and every lock as it stands. So whoever waits in another process gets no call, and his lock is not
 * touched. */
#include "threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* How long one waits for a call. */
enum { TERM_SECONDS = 10 };

typedef struct worker {
    pthread_t thread;
    pid_t process;
    pthread_mutex_t lock;
    pthread_cond_t news;
    /* The call, until it is taken. */
    void (*work)(void *);
    void (*over)(void *);
    void *what;
    bool dismissed;
} worker;

static _Atomic(worker *) idle;

static void free_worker(worker *it) {
    pthread_cond_destroy(&it->news);
    pthread_mutex_destroy(&it->lock);
    free(it);
}

/* Whoever waits, who does so no more. One of another process is lost with it. */
static worker *take_idle(void) {
    worker *it = atomic_exchange(&idle, NULL);
    return it && it->process == getpid() ? it : NULL;
}

/* False where somebody waits already. What another process has left was forgotten by who began this one. */
static bool wait_here(worker *it) {
    worker *nobody = NULL;
    return atomic_compare_exchange_strong(&idle, &nobody, it);
}

/* Whether there is a call: not after the term, or when it is dismissed. */
static bool has_work(worker *it) {
    struct timespec until;
    bool there;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += TERM_SECONDS;
    pthread_mutex_lock(&it->lock);
    while (!it->work && !it->dismissed && pthread_cond_timedwait(&it->news, &it->lock, &until) == 0) {
    }
    there = it->work || it->dismissed;
    pthread_mutex_unlock(&it->lock);
    if (!there) {
        worker *myself = it;
        if (atomic_compare_exchange_strong(&idle, &myself, NULL)) {
            return false;
        }
        /* Somebody was quicker, and brings a call. */
        pthread_mutex_lock(&it->lock);
        while (!it->work && !it->dismissed) {
            pthread_cond_wait(&it->news, &it->lock);
        }
        pthread_mutex_unlock(&it->lock);
    }
    return it->work != NULL;
}

static void *serve(void *argument) {
    worker *it = argument;
    bool waits = true;
    while (waits && has_work(it)) {
        void (*work)(void *) = it->work;
        void (*over)(void *) = it->over;
        void *what = it->what;
        it->work = NULL;
        work(what);
        /* Whoever hears that it is over finds this thread waiting. */
        waits = wait_here(it);
        over(what);
    }
    if (!it->dismissed) {
        pthread_detach(pthread_self());
        free_worker(it);
    }
    return NULL;
}

static void give(worker *it, void (*work)(void *), void (*over)(void *), void *what) {
    pthread_mutex_lock(&it->lock);
    it->work = work;
    it->over = over;
    it->what = what;
    pthread_cond_signal(&it->news);
    pthread_mutex_unlock(&it->lock);
}

/* Signals are PHP's: its handlers use what only its own thread has. */
static worker *begin(void) {
    sigset_t all, before;
    int failed;
    worker *it = calloc(1, sizeof *it);
    if (!it) {
        return NULL;
    }
    it->process = getpid();
    pthread_mutex_init(&it->lock, NULL);
    pthread_cond_init(&it->news, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&it->thread, NULL, serve, it);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        free_worker(it);
        return NULL;
    }
    return it;
}

bool dollr_thread_do(void (*work)(void *), void (*over)(void *), void *what) {
    worker *it = take_idle();
    if (!it) {
        it = begin();
    }
    if (it) {
        give(it, work, over, what);
    }
    return it != NULL;
}

void dollr_threads_shutdown(void) {
    worker *it = take_idle();
    if (it) {
        pthread_mutex_lock(&it->lock);
        it->dismissed = true;
        pthread_cond_signal(&it->news);
        pthread_mutex_unlock(&it->lock);
        pthread_join(it->thread, NULL);
        free_worker(it);
    }
}
